#include "output/text_file.hpp"

#include "peccary/core/atomic_file.hpp"
#include "peccary/core/error.hpp"

#include <array>
#include <new>
#include <zlib.h>
#include <zstd.h>

namespace peccary::program {

/// Uncompressed, and the base of the others. `atomic_file` writes /dev/stdout directly and in
/// order, whatever is behind it.
class text_file::sink {
public:
    explicit sink(const std::string& path) : file_(path) {}
    sink(const sink&) = delete;
    sink& operator=(const sink&) = delete;
    virtual ~sink() = default;

    virtual void write(std::string_view text) { file_.write(text); }
    virtual void commit() { file_.commit(); }

protected:
    atomic_file file_;
    std::array<char, std::size_t{1} << 16U> room_{};
};

class text_file::gzip_sink final : public sink {
public:
    explicit gzip_sink(const std::string& path) : sink(path) {
        constexpr int largest_window = 15;
        constexpr int gzip_header = 16;
        constexpr int memory_level = 8; // zlib's own defaults
        // No name and no time in the header: the same content gives the same bytes.
        if (deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, largest_window + gzip_header, memory_level, Z_DEFAULT_STRATEGY) !=
            Z_OK) {
            throw std::bad_alloc();
        }
    }
    gzip_sink(const gzip_sink&) = delete;
    gzip_sink& operator=(const gzip_sink&) = delete;
    ~gzip_sink() override { deflateEnd(&stream_); }

    void write(std::string_view text) override { compress(text, Z_NO_FLUSH); }
    void commit() override {
        compress({}, Z_FINISH);
        sink::commit();
    }

private:
    void compress(std::string_view text, int flush) {
        // zlib's type lacks a const; it does not write through the pointer. Texts are lines, far
        // below its 32-bit limit.
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
        stream_.avail_in = static_cast<uInt>(text.size());
        do {
            stream_.next_out = reinterpret_cast<Bytef*>(room_.data());
            stream_.avail_out = static_cast<uInt>(room_.size());
            deflate(&stream_, flush);
            file_.write({room_.data(), room_.size() - stream_.avail_out});
        } while (stream_.avail_out == 0);
    }

    z_stream stream_{};
};

class text_file::zstd_sink final : public sink {
public:
    explicit zstd_sink(const std::string& path) : sink(path), stream_(ZSTD_createCStream()) {
        if (stream_ == nullptr) {
            throw std::bad_alloc();
        }
    }
    zstd_sink(const zstd_sink&) = delete;
    zstd_sink& operator=(const zstd_sink&) = delete;
    ~zstd_sink() override { ZSTD_freeCStream(stream_); }

    void write(std::string_view text) override { compress(text, ZSTD_e_continue); }
    void commit() override {
        compress({}, ZSTD_e_end);
        sink::commit();
    }

private:
    void compress(std::string_view text, ZSTD_EndDirective end) {
        ZSTD_inBuffer in{.src = text.data(), .size = text.size(), .pos = 0};
        std::size_t left = 0;
        do {
            ZSTD_outBuffer out{.dst = room_.data(), .size = room_.size(), .pos = 0};
            left = ZSTD_compressStream2(stream_, &out, &in, end);
            if (ZSTD_isError(left) != 0) {
                throw io_error(std::string("compressing failed: ") + ZSTD_getErrorName(left) + "; write without compression");
            }
            file_.write({room_.data(), out.pos});
        } while (in.pos < in.size || (end == ZSTD_e_end && left != 0));
    }

    ZSTD_CStream* stream_;
};

text_file::text_file(const std::string& path) {
    if (path.ends_with(".gz")) {
        sink_ = std::make_unique<gzip_sink>(path);
    } else if (path.ends_with(".zst")) {
        sink_ = std::make_unique<zstd_sink>(path);
    } else {
        sink_ = std::make_unique<sink>(path.empty() || path == "-" ? "/dev/stdout" : path);
    }
}

text_file::~text_file() = default;

void text_file::write(std::string_view text) { sink_->write(text); }
void text_file::commit() { sink_->commit(); }

} // namespace peccary::program
