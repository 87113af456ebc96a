#include "stack/docker/inspection.h"

namespace votebench::stack {

const Json& at(const Json& json, std::initializer_list<const char*> path) {
  static const Json kNull;
  const Json* node = &json;
  for (const char* name : path) {
    if (!node->is_object() || !node->contains(name)) return kNull;
    node = &(*node)[name];
  }
  return *node;
}

std::string text(const Json& json) { return json.is_string() ? json.get<std::string>() : ""; }

void append_words(const Json& list, std::vector<std::string>& words) {
  if (!list.is_array()) return;
  for (const Json& word : list) words.push_back(text(word));
}

std::map<std::string, std::string> environment_of(const Json& list) {
  std::vector<std::string> entries;
  append_words(list, entries);
  std::map<std::string, std::string> environment;
  for (const std::string& entry : entries)
    if (const std::size_t equals = entry.find('='); equals != std::string::npos)
      environment[entry.substr(0, equals)] = entry.substr(equals + 1);
  return environment;
}

std::string service_in(const std::string& stack, const std::string& full_name) {
  return full_name.starts_with(stack + '_') ? full_name.substr(stack.size() + 1) : full_name;
}

}  // namespace votebench::stack
