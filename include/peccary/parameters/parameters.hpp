// The one shared, aligned buffer that is being learned.
#pragma once

#include "peccary/core/types.hpp"
#include "peccary/parameters/layout.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <utility>

namespace peccary {

/// Owns the parameters, zero at first. While workers run, they touch the buffer only through a
/// `shared_view`, that is, through an access policy. `exclusive()` is for the time when none runs:
/// initialisation, folding the scale in, evaluation, saving.
class parameters {
public:
    explicit parameters(parameter_layout layout) : layout_(std::move(layout)), buffer_(allocate(layout_.size())) {
        std::ranges::fill(exclusive(), real{0});
    }

    parameters(const parameters& other) : layout_(other.layout_), buffer_(allocate(layout_.size())) {
        std::ranges::copy(other.exclusive(), buffer_.get());
    }
    parameters(parameters&&) noexcept = default;
    parameters& operator=(const parameters& other) { return *this = parameters(other); }
    parameters& operator=(parameters&&) noexcept = default;
    ~parameters() = default;

    const parameter_layout& layout() const noexcept { return layout_; }
    std::size_t size() const noexcept { return layout_.size(); }

    /// The buffer for whoever uses it alone. No worker may be running.
    std::span<real> exclusive() noexcept { return {buffer_.get(), size()}; }
    std::span<const real> exclusive() const noexcept { return {buffer_.get(), size()}; }
    std::span<real> exclusive(const parameter_span& span) noexcept { return exclusive().subspan(span.offset, span.size); }
    std::span<const real> exclusive(const parameter_span& span) const noexcept { return exclusive().subspan(span.offset, span.size); }

    /// The first element, for access policies.
    real* base() noexcept { return buffer_.get(); }

private:
    struct aligned_delete {
        void operator()(real* memory) const noexcept { ::operator delete[](memory, std::align_val_t{cache_line}); }
    };
    using aligned_buffer = std::unique_ptr<real[], aligned_delete>;

    static aligned_buffer allocate(std::size_t size) {
        return aligned_buffer(
            static_cast<real*>(::operator new[]((std::max<std::size_t>)(size, 1) * sizeof(real), std::align_val_t{cache_line})));
    }

    parameter_layout layout_;
    aligned_buffer buffer_;
};

} // namespace peccary
