// Type lists: the order of visits, the joined names, and the one place where a run-time name
// becomes a type.
#include "catch.hpp"

#include "peccary/core/type_list.hpp"

#include <string>
#include <type_traits>
#include <vector>

namespace {

struct named {
    std::string_view name;
};
struct boar {
    static constexpr named info{"boar"};
};
struct sow {
    static constexpr named info{"sow"};
};
struct piglet {
    static constexpr named info{"piglet"};
};
using herd = peccary::type_list<boar, sow, piglet>;

} // namespace

TEST_CASE("for_each visits every type once, in order") {
    std::vector<std::string> visited;
    herd::for_each([&](auto tag) { visited.emplace_back(decltype(tag)::type::info.name); });
    REQUIRE(visited == std::vector<std::string>{"boar", "sow", "piglet"});
    REQUIRE(herd::size == 3);

    int visits = 0;
    peccary::type_list<>::for_each([&](auto) { ++visits; });
    REQUIRE(visits == 0);
}

TEST_CASE("names are joined for messages and help") {
    REQUIRE(peccary::names_of<herd>() == "boar, sow, piglet");
    REQUIRE(peccary::names_of<peccary::type_list<sow>>() == "sow");
    REQUIRE(peccary::names_of<peccary::type_list<>>().empty());
}

TEST_CASE("a name finds its type and no other") {
    for (const std::string name : {"boar", "sow", "piglet"}) {
        std::string found;
        peccary::with_named<herd>("animal", name, [&](auto tag) { found += decltype(tag)::type::info.name; });
        REQUIRE(found == name);
    }
}

TEST_CASE("an unknown name is refused, with the legal ones") {
    int visits = 0;
    const auto look_up = [&](std::string_view name) { peccary::with_named<herd>("animal", name, [&](auto) { ++visits; }); };
    REQUIRE_THROWS_AS(look_up("Sow"), peccary::usage_error);
    REQUIRE_THROWS_WITH(look_up("cow"), "unknown animal 'cow'; choose one of boar, sow, piglet");
    REQUIRE_THROWS_WITH(look_up(""), "unknown animal ''; choose one of boar, sow, piglet");
    REQUIRE_THROWS_WITH(look_up("so"), "unknown animal 'so'; choose one of boar, sow, piglet");
    REQUIRE(visits == 0);
}
