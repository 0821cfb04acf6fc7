// Text to sentences and words, by the ranges in tables.json. Places count code points.
//
// The rules are those of bioner_kd/text/sentence_splitter.py and tokenizer.py.
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

class Tokenizer {
 public:
  explicit Tokenizer(const Json& rule)
      : word_(rule.at("word")), separator_(rule.at("separator")) {}

  std::vector<Span> words(const std::u32string& text, Span sentence) const {
    std::vector<Span> found;
    for (size_t i = sentence.first; i < sentence.second;) {
      size_t end = i;
      while (end < sentence.second && word_.has(text[end])) ++end;
      if (end == i && !separator_.has(text[i])) ++end;  // a word of one character
      if (end > i) found.push_back({i, end});
      i = std::max(end, i + 1);
    }
    return found;
  }

 private:
  CharacterSet word_, separator_;
};

class SentenceSplitter {
 public:
  explicit SentenceSplitter(const Json& rule)
      : white_(rule.at("white")), opening_(rule.at("opening")), closing_(rule.at("closing")),
        first_(rule.at("first")), inner_(rule.at("inner")), stops_(stops_of(rule)),
        longest_(rule.at("longest_abbreviation").integer()) {
    for (const Json& entry : rule.at("abbreviations").items) abbreviations_.insert(entry.text);
  }

  std::vector<Span> sentences(const std::u32string& text) const {
    std::vector<Span> found;
    size_t start = 0;
    for (size_t i = 0; i < text.size();) {
      size_t end = blank_line(text, i);
      if (end == i) {
        ++i;
        continue;
      }
      split_paragraph(text, {start, i}, found);
      start = i = end;
    }
    split_paragraph(text, {start, text.size()}, found);
    return found;
  }

 private:
  CharacterSet white_, opening_, closing_, first_, inner_, stops_;
  size_t longest_;
  std::set<std::string> abbreviations_;

  // Format 1 does not name them.
  static CharacterSet stops_of(const Json& rule) {
    return rule.has("stops") ? CharacterSet(rule.at("stops")) : CharacterSet(U".!?");
  }

  static size_t line_break(const std::u32string& text, size_t i) {
    if (i >= text.size() || (text[i] != U'\n' && text[i] != U'\r')) return 0;
    return text[i] == U'\r' && i + 1 < text.size() && text[i + 1] == U'\n' ? 2 : 1;
  }

  // Where a blank line that begins at `i` ends; `i` where there is none.
  size_t blank_line(const std::u32string& text, size_t i) const {
    size_t length = line_break(text, i);
    if (!length) return i;
    for (size_t j = i + length; j < text.size() && white_.has(text[j]); ++j)
      if (size_t second = line_break(text, j)) return j + second;
    return i;
  }

  void split_paragraph(const std::u32string& text, Span paragraph, std::vector<Span>& found) const {
    size_t start = paragraph.first, last = paragraph.second;
    for (size_t i = start; i < last;) {
      size_t end = sentence_end(text, i, last);
      if (end == i) {
        ++i;
        continue;
      }
      if (text[i] != U'.' || !abbreviated(text, start, i)) {
        found.push_back({start, end});
        start = end;
      }
      i = end;
    }
    found.push_back({start, last});
  }

  // Where the sentence ends whose stop is at `i`; `i` where none does.
  size_t sentence_end(const std::u32string& text, size_t i, size_t last) const {
    if (!stops_.has(text[i])) return i;
    size_t end = i + 1;
    while (end < last && closing_.has(text[end])) ++end;
    size_t next = end;
    while (next < last && white_.has(text[next])) ++next;
    if (next == end) return i;
    while (next < last && opening_.has(text[next])) ++next;
    return next < last && first_.has(text[next]) ? end : i;
  }

  static bool latin(char32_t c) { return (c >= U'A' && c <= U'Z') || (c >= U'a' && c <= U'z'); }

  bool abbreviated(const std::u32string& text, size_t start, size_t stop) const {
    size_t window = stop > longest_ ? std::max(start, stop - longest_) : start;
    size_t first = stop;
    while (first > window && (latin(text[first - 1]) || text[first - 1] == U'.')) --first;
    if (first == stop || (first > window && inner_.has(text[first - 1]))) return false;
    std::string lower;
    bool single = true;  // letters with full stops between them
    for (size_t i = first; i < stop; ++i) {
      single = single && (text[i] == U'.') == ((i - first) % 2 == 1);
      lower += static_cast<char>(text[i] >= U'A' && text[i] <= U'Z' ? text[i] + 32 : text[i]);
    }
    single = single && (stop - first) % 2 == 1;
    return single || abbreviations_.count(lower) > 0;
  }
};
