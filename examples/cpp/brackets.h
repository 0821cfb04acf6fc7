// What is kept of a mention whose brackets do not pair, as in bioner_kd/tagging/brackets.py.
#pragma once

#include <algorithm>

#include "character_set.h"

class Brackets {
 public:
  // Tables without this rule keep every mention as it is.
  explicit Brackets(const Json& tables) {
    if (!tables.has("postprocessing") || !tables.at("postprocessing").has("brackets")) return;
    for (const Json& pair : tables.at("postprocessing").at("brackets").items)
      pairs_.push_back({from_utf8(pair.items.at(0).text), from_utf8(pair.items.at(1).text)});
  }

  // The words before the first bracket without a partner; where there are none, those behind it.
  Span kept(const std::vector<std::u32string>& words, Span mention) const {
    std::vector<size_t> alone = without_partner(words, mention);
    size_t first = mention.first;
    for (size_t bracket : alone) {
      if (bracket > first) return {first, bracket};
      first = bracket + 1;
    }
    return {first, mention.second};
  }

 private:
  std::vector<std::pair<std::u32string, std::u32string>> pairs_;

  std::vector<size_t> without_partner(const std::vector<std::u32string>& words, Span mention) const {
    std::vector<size_t> opened, alone;
    for (size_t word = mention.first; word < mention.second; ++word)
      for (const auto& pair : pairs_) {
        if (words[word] == pair.first) opened.push_back(word);
        if (words[word] != pair.second) continue;
        if (!opened.empty() && words[opened.back()] == pair.first) opened.pop_back();
        else alone.push_back(word);
      }
    alone.insert(alone.end(), opened.begin(), opened.end());
    std::sort(alone.begin(), alone.end());
    return alone;
  }
};
