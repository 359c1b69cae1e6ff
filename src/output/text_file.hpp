// Where commands write data: a file that appears whole or not at all, compressed if its name says
// so, or standard output.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace peccary::program {

/// A name ending in .gz or .zst is compressed; an empty one, or "-", is standard output.
/// Members throw `io_error`. Thread-safety: none.
class text_file {
public:
    explicit text_file(const std::string& path);
    text_file(const text_file&) = delete;
    text_file& operator=(const text_file&) = delete;
    ~text_file();

    void write(std::string_view text);

    /// Makes everything written the content of the file; to be called once, last. Without it, the
    /// file stays as it was.
    void commit();

private:
    class sink;
    class gzip_sink;
    class zstd_sink;
    std::unique_ptr<sink> sink_;
};

} // namespace peccary::program
