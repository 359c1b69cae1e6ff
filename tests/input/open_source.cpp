// Compressed input: recognised by its bytes, whole whatever the reads, and damage named at every
// place.
#include "catch.hpp"

#include "data/format/reading.hpp"
#include "input/open_source.hpp"
#include "peccary/core/error.hpp"
#include "peccary/core/random.hpp"
#include "peccary/data/format/libsvm.hpp"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>
#include <zlib.h>
#include <zstd.h>

namespace {

std::string gzip(std::string_view text) {
    z_stream stream{};
    REQUIRE(::deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    std::string result(::deflateBound(&stream, text.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(result.data());
    stream.avail_out = static_cast<uInt>(result.size());
    REQUIRE(::deflate(&stream, Z_FINISH) == Z_STREAM_END);
    result.resize(stream.total_out);
    ::deflateEnd(&stream);
    return result;
}

std::string zstd(std::string_view text) {
    std::string result(::ZSTD_compressBound(text.size()), '\0');
    ZSTD_CCtx* const context = ::ZSTD_createCCtx();
    ::ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1); // as the zstd program does
    const std::size_t size = ::ZSTD_compress2(context, result.data(), result.size(), text.data(), text.size());
    ::ZSTD_freeCCtx(context);
    REQUIRE(::ZSTD_isError(size) == 0);
    result.resize(size);
    return result;
}

std::string sample_text(std::size_t lines) {
    peccary::random_stream random(3, 1, 4);
    std::string text;
    for (std::size_t line = 0; line < lines; ++line) {
        text += std::to_string(random.below(2)) + " " + std::to_string(1 + random.below(50)) + ":0." +
                std::to_string(random.below(100000)) + " 60:1\n";
    }
    return text;
}

/// Everything that comes through, read `room` bytes at a time from a source that delivers `step`
/// bytes at a time.
std::string read_all(std::string_view bytes, std::size_t room = 1000, std::size_t step = 1U << 20U) {
    const auto source = peccary::input::decompressed(std::make_unique<trickle_source>(bytes, step));
    std::string text;
    std::vector<char> buffer(room);
    while (const std::size_t count = source->read(buffer)) {
        text.append(buffer.data(), count);
    }
    REQUIRE(source->read(buffer) == 0); // the end stays the end
    return text;
}

struct format {
    const char* name;
    std::string (*compress)(std::string_view);
};
constexpr format formats[] = {{"gzip", gzip}, {"zstd", zstd}};

} // namespace

TEST_CASE("text comes through, plain or compressed, whatever the sizes of reads") {
    for (const std::string& text : {std::string(), std::string("x"), std::string("1 1:1\n"), sample_text(20'000)}) {
        CHECK(read_all(text) == text);
        CHECK(read_all(text, 7, 3) == text);
        for (const format& each : formats) {
            INFO(each.name);
            const std::string bytes = each.compress(text);
            CHECK(read_all(bytes) == text);
            CHECK(read_all(bytes, 1 << 20) == text);
            CHECK(read_all(bytes, 13, 1) == text);
        }
    }
}

TEST_CASE("members and frames that follow each other are one text") {
    const std::string first = sample_text(300);
    const std::string second = sample_text(5);
    CHECK(read_all(gzip(first) + gzip("") + gzip(second)) == first + second);
    CHECK(read_all(gzip(first) + gzip(second), 11, 5) == first + second);
    CHECK(read_all(gzip(first) + std::string(5000, '\0')) == first); // padding
    CHECK(read_all(gzip(first) + std::string(5, '\0') + gzip(second)) == first + second);
    CHECK(read_all(zstd(first) + zstd("") + zstd(second)) == first + second);
    const std::string skippable = std::string("\x5A\x2A\x4D\x18\x03\x00\x00\x00", 8) + "abc";
    CHECK(read_all(skippable + zstd(first) + skippable + zstd(second), 17, 2) == first + second);
}

TEST_CASE("a stream that is cut off anywhere is named, and what is before the cut is right") {
    const std::string text = sample_text(400);
    for (const format& each : formats) {
        const std::string bytes = each.compress(text);
        for (std::size_t size = 4; size < bytes.size(); size += size < 40 || size + 40 > bytes.size() ? 1 : 97) {
            INFO(each.name << " cut to " << size << " of " << bytes.size());
            const auto source =
                peccary::input::decompressed(std::make_unique<peccary::memory_source>(std::string_view(bytes).substr(0, size), "f"));
            std::string read;
            std::vector<char> buffer(333);
            const std::string message = message_of<peccary::data_error>([&] {
                while (const std::size_t count = source->read(buffer)) {
                    read.append(buffer.data(), count);
                }
            });
            REQUIRE(message == "f: the " + std::string(each.name) + " stream ends early; the file is cut off, copy it again");
            REQUIRE(text.starts_with(read));
        }
        const std::string twice = bytes + bytes.substr(0, 10);
        REQUIRE(message_of<peccary::data_error>([&] { read_all(twice); }).find("ends early") != std::string::npos);
    }
}

TEST_CASE("a byte that changed is found") {
    const std::string text = sample_text(400);
    for (const format& each : formats) {
        const std::string good = each.compress(text);
        // behind the headers, not all of whose bytes matter
        for (std::size_t place = 12; place < good.size(); place += 41) {
            INFO(each.name << " byte " << place);
            std::string bytes = good;
            bytes[place] = static_cast<char>(bytes[place] ^ 0x10);
            REQUIRE(message_of<peccary::data_error>([&] {
                        read_all(bytes);
                    }).starts_with("trickle: the " + std::string(each.name) + " stream "));
        }
    }
    CHECK(message_of<peccary::data_error>([&] { read_all(gzip(text) + "tail"); }) ==
          "trickle: something that is not gzip follows the compressed data; copy the file again");
    CHECK(message_of<peccary::data_error>([&] {
              read_all(zstd(text) + "tail, long enough");
          }).starts_with("trickle: the zstd stream is damaged ("));
}

TEST_CASE("the reader gives the same data from compressed files, on any number of threads") {
    const std::filesystem::path path = std::filesystem::temp_directory_path() / ("peccary.open_source." + std::to_string(::getpid()));
    const std::string text = sample_text(30'000);
    peccary::memory_source plain(text);
    const peccary::libsvm_file expected = peccary::read_libsvm(plain);
    for (const format& each : formats) {
        std::ofstream(path, std::ios::binary) << each.compress(text);
        for (const unsigned threads : {1U, 2U, 8U}) {
            peccary::libsvm_options options;
            options.threads = threads;
            options.block_bytes = 10'000;
            const auto source = peccary::input::open_source(path.string());
            CHECK(source->name() == path.string());
            const peccary::libsvm_file file = peccary::read_libsvm(*source, options);
            CHECK(file.data.offsets == expected.data.offsets);
            CHECK(file.data.indices == expected.data.indices);
            CHECK(file.data.values == expected.data.values);
            CHECK(file.data.labels == expected.data.labels);
        }
        // Of an error in the text and a cut behind it, the text's is the first.
        std::ofstream(path, std::ios::binary) << each.compress("1 1:x\n" + text).substr(0, 100'000);
        const auto damaged = peccary::input::open_source(path.string());
        CHECK(message_of<peccary::data_error>([&] { peccary::read_libsvm(*damaged); }) ==
              path.string() + ":1:5: value 'x' is not a number; write index:value");
    }
    std::filesystem::remove(path);
    CHECK_THROWS_AS(peccary::input::open_source(path.string()), peccary::io_error);
}
