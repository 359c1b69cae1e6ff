// Memory for large arrays: vectors that do not write zeros first, and pages that return to the
// system the moment they are freed.
#pragma once

#include "peccary/core/types.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <sys/mman.h>
#include <type_traits>
#include <utility>
#include <vector>

namespace peccary {

/// `std::allocator`, except that elements made without a value stay uninitialised: a reader that is
/// about to write 10 GB need not clear 10 GB first, and untouched pages are not resident yet. And
/// arrays begin with a cache line, so that what vector code does at their ends is the same for
/// every array of a length.
template <class T>
struct uninitialized_allocator : std::allocator<T> {
    template <class Other>
    struct rebind {
        using other = uninitialized_allocator<Other>;
    };

    static constexpr std::align_val_t alignment{(std::max)(alignof(T), cache_line)};
    T* allocate(std::size_t count) {
        if (count > SIZE_MAX / sizeof(T)) {
            throw std::bad_array_new_length();
        }
        return static_cast<T*>(::operator new(count * sizeof(T), alignment));
    }
    void deallocate(T* memory, std::size_t /*count*/) noexcept { ::operator delete(memory, alignment); }

    uninitialized_allocator() = default;
    template <class Other>
    uninitialized_allocator(const uninitialized_allocator<Other>&) noexcept {} // NOLINT(google-explicit-constructor): allocators convert

    template <class Other>
    void construct(Other* place) noexcept(std::is_nothrow_default_constructible_v<Other>) {
        ::new (static_cast<void*>(place)) Other;
    }
    template <class Other, class... Arguments>
    void construct(Other* place, Arguments&&... arguments) {
        ::new (static_cast<void*>(place)) Other(std::forward<Arguments>(arguments)...);
    }
};

/// `resize(n)` leaves new elements undefined; `resize(n, value)` and the constructors with values
/// do what they do in `std::vector`.
/// (`storage<T>(n)` leaves them undefined too.)
template <class T>
using storage = std::vector<T, uninitialized_allocator<T>>;

/// Anonymous memory for trivial types, straight from the system and back to it: the C library may
/// keep what is freed in its heap, and a reader that copies many pieces into one array would then
/// hold everything twice. Zero at first; resident only where touched.
class page_buffer {
public:
    page_buffer() = default;
    /// Throws `std::bad_alloc`.
    explicit page_buffer(std::size_t bytes) : bytes_(bytes) {
        if (bytes_ > 0) {
            void* const memory = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            if (memory == MAP_FAILED) {
                throw std::bad_alloc();
            }
            memory_ = static_cast<std::byte*>(memory);
        }
    }
    page_buffer(page_buffer&& other) noexcept : memory_(std::exchange(other.memory_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
    page_buffer& operator=(page_buffer&& other) noexcept {
        std::swap(memory_, other.memory_);
        std::swap(bytes_, other.bytes_);
        return *this;
    }
    ~page_buffer() {
        if (memory_ != nullptr) {
            ::munmap(memory_, bytes_);
        }
    }

    /// The place of `count` elements of T, `offset` bytes from the start; `offset` is then moved
    /// past them. T is trivial, and arrays are carved in descending order of alignment.
    template <class T>
    T* carve(std::size_t& offset, std::size_t count) noexcept {
        static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_default_constructible_v<T>);
        // Memory from mmap implicitly begins the lifetime of trivial objects, as that from malloc
        // does (C++20, [intro.object]).
        T* const first = reinterpret_cast<T*>(memory_ + offset);
        offset += count * sizeof(T);
        return first;
    }

private:
    std::byte* memory_ = nullptr;
    std::size_t bytes_ = 0;
};

} // namespace peccary
