// The JSON that Docker's inspections print, which may hold anything.
#pragma once

#include <initializer_list>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace votebench::stack {

using Json = nlohmann::json;

// Of services, tasks and containers of a Swarm: their stack.
inline constexpr char kStackLabel[] = "com.docker.stack.namespace";

// The value at a path of names; null where it ends early.
[[nodiscard]] const Json& at(const Json& json, std::initializer_list<const char*> path);

// Empty: it is no text.
[[nodiscard]] std::string text(const Json& json);

void append_words(const Json& list, std::vector<std::string>& words);

// Of a list of "NAME=VALUE".
[[nodiscard]] std::map<std::string, std::string> environment_of(const Json& list);

// "shop_vote" of the stack "shop" -> "vote", as its file calls it.
[[nodiscard]] std::string service_in(const std::string& stack, const std::string& full_name);

}  // namespace votebench::stack
