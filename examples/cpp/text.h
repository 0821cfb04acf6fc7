// Text to sentences and words, by the ranges in tables.json. Places count code points.
//
// The rules are those of bioner_kd/text/sentence_splitter.py and tokenizer.py.
#pragma once

#include <memory>

#include "lines.h"

// The visible characters of a text, and the place of each in the text.
struct View {
  std::u32string text;
  std::vector<size_t> places;

  Span in_source(Span span) const { return {places[span.first], places[span.second - 1] + 1}; }
};

class Tokenizer {
 public:
  explicit Tokenizer(const Json& rule)
      : word_(rule.at("word")), separator_(rule.at("separator")),
        invisible_(optional_set(rule, "invisible")), outside_(optional_set(rule, "outside")) {}

  // A text without the characters that nobody sees.
  View view(const std::u32string& text) const {
    View seen;
    for (size_t i = 0; i < text.size(); ++i) {
      if (invisible_.has(text[i])) continue;
      seen.text += text[i];
      seen.places.push_back(i);
    }
    return seen;
  }

  // Whether a word is part of no mention.
  bool is_outside(const std::u32string& word) const { return word.size() == 1 && outside_.has(word[0]); }

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
  CharacterSet word_, separator_, invisible_, outside_;
};

class SentenceSplitter {
 public:
  // The rule, and the ranges of what words are made of.
  SentenceSplitter(const Json& rule, const Json& word)
      : white_(rule.at("white")), opening_(rule.at("opening")), closing_(rule.at("closing")),
        first_(rule.at("first")), inner_(rule.at("inner")), stops_(stops_of(rule)),
        longest_(rule.at("longest_abbreviation").integer()) {
    add_words(rule, "abbreviations", abbreviations_);
    add_words(rule, "small_abbreviations", small_abbreviations_);
    add_words(rule, "letter_words", letter_words_);
    if (rule.has("lines"))
      lines_ = std::make_shared<LineSplitter>(rule.at("lines"), rule.at("white"), stops_, word);
    if (rule.has("most_words")) most_words_ = rule.at("most_words").integer();
  }

  // Words of a sentence at most; 0 for no limit.
  size_t most_words() const { return most_words_; }

  std::vector<Span> sentences(const std::u32string& text, Joins& joins) const {
    std::vector<Span> found;
    if (lines_) {
      for (const Span& piece : lines_->pieces(text, joins)) split_paragraph(text, piece, found);
      return found;
    }
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
  size_t longest_, most_words_ = 0;
  std::set<std::string> abbreviations_, small_abbreviations_, letter_words_;
  std::shared_ptr<LineSplitter> lines_;  // new students have one
  static constexpr size_t kLetterWindow = 15;  // the longest letter word, white space, one before

  static void add_words(const Json& rule, const std::string& name, std::set<std::string>& words) {
    if (rule.has(name))
      for (const Json& entry : rule.at(name).items) words.insert(entry.text);
  }

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
      if (text[i] != U'.' || !abbreviated(text, start, i, end)) {
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

  // The character that the next sentence begins with, behind any quotes and brackets.
  char32_t next_first(const std::u32string& text, size_t end) const {
    while (white_.has(text[end])) ++end;
    while (opening_.has(text[end])) ++end;
    return text[end];
  }

  // Whether a word such as "vitamin" is before the letter at `letter`.
  bool behind_letter_word(const std::u32string& text, size_t letter) const {
    size_t window = letter > kLetterWindow ? letter - kLetterWindow : 0, i = letter;
    if (i > window && text[i - 1] == U'-') --i;
    else
      while (i > window && letter - i < 2 && white_.has(text[i - 1])) --i;
    if (i == letter) return false;
    std::string lower;
    for (; i > window && latin(text[i - 1]); --i) {
      char32_t c = text[i - 1];
      lower.insert(lower.begin(), static_cast<char>(c >= U'A' && c <= U'Z' ? c + 32 : c));
    }
    return !(i > window && inner_.has(text[i - 1])) && letter_words_.count(lower) > 0;
  }

  static bool latin(char32_t c) { return (c >= U'A' && c <= U'Z') || (c >= U'a' && c <= U'z'); }

  bool abbreviated(const std::u32string& text, size_t start, size_t stop, size_t end) const {
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
    if (single) {
      bool capital = stop - first == 1 && text[first] >= U'A' && text[first] <= U'Z';
      char32_t next = capital ? next_first(text, end) : U'0';
      return next < U':' && next >= U'0' ? true : !behind_letter_word(text, first);
    }
    bool second = stop - first > 1 && text[first + 1] >= U'A' && text[first + 1] <= U'Z';
    return abbreviations_.count(lower) > 0 || (!second && small_abbreviations_.count(lower) > 0);
  }
};
