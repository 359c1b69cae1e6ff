// Sources and blocks: whole lines in order, whatever the block size and the way the source
// delivers; failures come last.
#include "catch.hpp"

#include "data/format/reading.hpp"
#include "peccary/data/format/byte_source.hpp"
#include "peccary/data/format/line_map.hpp"
#include "peccary/data/format/parse_blocks.hpp"
#include "peccary/data/format/text_blocks.hpp"

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

using peccary::text_block;
using peccary::text_blocks;

namespace {

std::vector<std::string> all_blocks(peccary::byte_source& source, std::size_t block_bytes) {
    text_blocks blocks(source, block_bytes);
    std::vector<std::string> texts;
    text_block block;
    while (blocks.claim(block)) {
        REQUIRE(block.sequence() == texts.size());
        texts.emplace_back(block.text());
        for (std::size_t i = 0; i < text_block::padding; ++i) {
            REQUIRE(block.text().data()[block.text().size() + i] == '\0');
        }
    }
    REQUIRE_FALSE(blocks.claim(block)); // the end stays the end
    return texts;
}

std::string joined(const std::vector<std::string>& texts) {
    std::string all;
    for (const std::string& text : texts) {
        all += text;
    }
    return all;
}

class temporary_directory {
public:
    temporary_directory() {
        std::string name = (std::filesystem::temp_directory_path() / "peccary.XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path = name;
    }
    ~temporary_directory() { std::filesystem::remove_all(path); }
    std::filesystem::path path;
};

} // namespace

TEST_CASE("blocks hold whole lines and lose nothing") {
    const std::string text = "one\n\ntwo words\nthree\r\n" + std::string(300, 'x') + "\nlast";
    for (const std::string& input : {text, text + "\n", std::string("\n"), std::string("a"), "\n\n" + text}) {
        for (const std::size_t block_bytes : {0, 1, 2, 3, 7, 64, 299, 300, 301, 302, 10000}) {
            for (const std::size_t step : {1, 5, 1000}) {
                trickle_source source(input, step);
                const std::vector<std::string> texts = all_blocks(source, block_bytes);
                for (const std::string& block : texts) {
                    REQUIRE(block.ends_with('\n'));
                }
                REQUIRE(joined(texts) == (input.ends_with('\n') ? input : input + "\n"));
            }
        }
    }
}

TEST_CASE("an empty source has no blocks") {
    peccary::memory_source source("");
    REQUIRE(all_blocks(source, 10).empty());
}

TEST_CASE("a failure comes after all whole lines before it, at the next sequence number, and again") {
    for (const std::size_t block_bytes : {1, 4, 100}) {
        failing_source source("1\n2\n3\npartial");
        text_blocks blocks(source, block_bytes);
        text_block block;
        std::string text;
        std::uint64_t claimed = 0;
        const std::string message = message_of<peccary::io_error>([&] {
            while (blocks.claim(block)) {
                ++claimed;
                text += block.text();
            }
        });
        CHECK(text == "1\n2\n3\n");
        CHECK(message == "failing: the disk is gone; find it");
        CHECK(block.sequence() == claimed);
        CHECK_THROWS_AS(blocks.claim(block), peccary::io_error);
    }
}

TEST_CASE("a block given back is claimed again, less what was skipped") {
    peccary::memory_source source("header\n1\n2\n");
    text_blocks blocks(source, 9);
    text_block block;
    REQUIRE(blocks.claim(block));
    block.skip(7);
    blocks.give_back(std::move(block));
    REQUIRE(blocks.claim(block));
    REQUIRE(block.text() == "1\n");
    REQUIRE(block.sequence() == 0);
    block.skip(2);
    blocks.give_back(std::move(block));
    REQUIRE(blocks.claim(block));
    REQUIRE(block.text() == "2\n");
    REQUIRE(block.sequence() == 0);
    REQUIRE_FALSE(blocks.claim(block));
}

TEST_CASE("bytes are counted like std::count does") {
    std::string text;
    for (std::size_t i = 0; i < 20000; ++i) {
        text += i % 3 == 0 ? '\n' : i % 7 == 0 ? ':' : 'x';
    }
    text.append(9000, '\n'); // more than a lane of bytes can count
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, std::size_t{31}, std::size_t{32}, std::size_t{33}, std::size_t{8160}, text.size()}) {
        const std::string_view part = std::string_view(text).substr(text.size() - size);
        const auto [newlines, colons] = peccary::count_bytes(part, '\n', ':');
        CHECK(newlines == static_cast<std::size_t>(std::ranges::count(part, '\n')));
        CHECK(colons == static_cast<std::size_t>(std::ranges::count(part, ':')));
    }
}

namespace {

struct text_chunk {
    std::string text;
    bool failed() const { return text.find('!') != std::string::npos; }
};

} // namespace

TEST_CASE("chunks come in order and stop at the first that failed, on any number of threads") {
    std::string text;
    for (int i = 0; i < 500; ++i) {
        text += std::to_string(i) + (i == 300 || i == 302 || i == 499 ? "!\n" : "\n");
    }
    for (const unsigned threads : {1U, 2U, 3U, 8U}) {
        peccary::memory_source source(text);
        text_blocks blocks(source, 1);
        auto parsed = peccary::parse_all_blocks<text_chunk>(blocks, threads,
                                                            [](const text_block& block) { return text_chunk{std::string(block.text())}; });
        REQUIRE(parsed.chunks.size() == 301);
        REQUIRE(parsed.chunks.back().text == "300!\n");
        REQUIRE(parsed.chunks[17].text == "17\n");
        REQUIRE(parsed.failure == nullptr);
    }
}

TEST_CASE("an exception in one block leaves the chunks before it") {
    std::string text;
    for (int i = 0; i < 100; ++i) {
        text += std::to_string(i) + "\n";
    }
    for (const unsigned threads : {1U, 2U, 3U, 8U}) {
        peccary::memory_source source(text);
        text_blocks blocks(source, 1);
        auto parsed = peccary::parse_all_blocks<text_chunk>(blocks, threads, [](const text_block& block) {
            if (block.text() == "40\n" || block.text() == "41\n") {
                throw std::runtime_error(std::string(block.text()));
            }
            return text_chunk{std::string(block.text())};
        });
        REQUIRE(parsed.chunks.size() == 40);
        REQUIRE(message_of<std::runtime_error>([&] { std::rethrow_exception(parsed.failure); }) == "40\n");
    }
}

TEST_CASE("every task is done once") {
    for (const unsigned threads : {0U, 1U, 2U, 8U}) {
        std::array<std::atomic<int>, 1000> done{};
        peccary::for_each_task(threads, done.size(), [&](std::size_t i) { done[i].fetch_add(1, std::memory_order_relaxed); });
        for (const auto& count : done) {
            REQUIRE(count.load(std::memory_order_relaxed) == 1);
        }
    }
}

TEST_CASE("files are read whole; what is no file is named") {
    const temporary_directory directory;
    const std::string path = (directory.path / "file").string();
    std::ofstream(path) << "some\ntext";
    peccary::file_source source(path);
    CHECK(source.name() == path);
    CHECK(joined(all_blocks(source, 3)) == "some\ntext\n");

    CHECK(message_of<peccary::io_error>([&] { peccary::file_source missing(path + ".no"); }) ==
          path + ".no: cannot be opened (No such file or directory); check the path and its permissions");
    CHECK(message_of<peccary::io_error>([&] { peccary::file_source folder(directory.path.string()); }) ==
          directory.path.string() + ": is a directory; name a data file");
}

TEST_CASE("a dash is standard input, which stays open") {
    std::array<int, 2> pipe{};
    REQUIRE(::pipe(pipe.data()) == 0);
    const int saved = ::dup(STDIN_FILENO);
    REQUIRE(::dup2(pipe[0], STDIN_FILENO) == STDIN_FILENO);
    REQUIRE(::write(pipe[1], "from a pipe", 11) == 11);
    ::close(pipe[1]);
    {
        peccary::file_source source("-");
        CHECK(source.name() == "<stdin>");
        CHECK(joined(all_blocks(source, 100)) == "from a pipe\n");
    }
    CHECK(::dup2(saved, STDIN_FILENO) == STDIN_FILENO);
    ::close(saved);
    ::close(pipe[0]);
}

TEST_CASE("a line map knows every row's line and keeps only the gaps") {
    peccary::line_map map("file");
    const std::vector<std::uint64_t> lines{2, 3, 4, 7, 8, 20};
    for (std::size_t row = 0; row < lines.size(); ++row) {
        map.add(row, lines[row]);
    }
    CHECK(map.breaks() == 3);
    peccary::line_map both("file");
    both.append(map, 0, 0);
    // its first row stands on line 21, right behind the last one
    both.append(map, lines.size(), 19);
    CHECK(both.breaks() == 5);
    for (std::size_t row = 0; row < lines.size(); ++row) {
        CHECK(map.line(row) == lines[row]);
        CHECK(both.line(row) == lines[row]);
        CHECK(both.line(lines.size() + row) == 19 + lines[row]);
    }
    CHECK(map.where(3) == "file:7");
    CHECK(peccary::line_map().where(3) == "row 4");
}
