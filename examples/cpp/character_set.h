// Sets of characters as ranges of code points, and UTF-8.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "json.h"

using Span = std::pair<size_t, size_t>;  // first, and the one after the last

inline std::u32string from_utf8(const std::string& bytes) {
  std::u32string text;
  for (size_t i = 0; i < bytes.size();) {
    unsigned char lead = bytes[i];
    int more = lead < 0x80 ? 0 : lead < 0xC2 ? -1 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : lead < 0xF5 ? 3 : -1;
    char32_t code = more == 0 ? lead : lead & (0x3F >> more);
    bool good = more >= 0 && i + more < bytes.size();
    for (int k = 1; good && k <= more; ++k) {
      unsigned char next = bytes[i + k];
      good = (next & 0xC0) == 0x80;
      code = code << 6 | (next & 0x3F);
    }
    good = good && code <= 0x10FFFF && !(code >= 0xD800 && code < 0xE000) &&
           (more < 2 || code >= (more == 2 ? 0x800u : 0x10000u));
    if (!good) throw std::runtime_error("byte " + std::to_string(i + 1) + " is not UTF-8");
    text += code;
    i += more + 1;
  }
  return text;
}

inline std::string to_utf8(const std::u32string& text) {
  std::string bytes;
  for (char32_t code : text) append_utf8(bytes, code);
  return bytes;
}

class CharacterSet {
 public:
  explicit CharacterSet(const Json& ranges) {
    for (const Json& range : ranges.items)
      ranges_.push_back({range.items.at(0).integer(), range.items.at(1).integer()});
    std::sort(ranges_.begin(), ranges_.end());
  }
  explicit CharacterSet(const std::u32string& characters) {
    for (char32_t code : characters) ranges_.push_back({code, code});
    std::sort(ranges_.begin(), ranges_.end());
  }

  bool has(char32_t code) const {
    auto after = std::upper_bound(ranges_.begin(), ranges_.end(), code,
                                  [](char32_t c, const auto& range) { return c < range.first; });
    return after != ranges_.begin() && code <= std::prev(after)->second;
  }

 private:
  std::vector<std::pair<char32_t, char32_t>> ranges_;
};

// The set of a rule's entry; an empty one where it is missing.
inline CharacterSet optional_set(const Json& rule, const std::string& name) {
  return rule.has(name) ? CharacterSet(rule.at(name)) : CharacterSet(std::u32string());
}
