// Where lines and cells cut a text, before its full stops are looked at, as new students read it.
//
// The rules are those of bioner_kd/text/line_splitter.py, and docs/tables.md has them in words.
#pragma once

#include <functional>

#include "character_set.h"

// Wrapped words of a text that are joined.
struct Joins {
  std::function<bool(const std::u32string&)> is_known;  // whether the student knows a word
  std::set<size_t> hyphens;                             // their places

  // The spans of words, of which those on both sides of a hyphen are one; `written` takes the words.
  std::vector<Span> join(const std::u32string& text, const std::vector<Span>& spans,
                         std::vector<std::u32string>& written) const {
    std::vector<Span> joined;
    for (size_t i = 0; i < spans.size(); ++i) {
      bool joins = !joined.empty() && i + 1 < spans.size() && hyphens.count(spans[i].first);
      const Span& span = spans[joins ? ++i : i];
      std::u32string word = text.substr(span.first, span.second - span.first);
      if (joins) {
        joined.back().second = span.second;
        written.back() += word;
      } else {
        joined.push_back(span);
        written.push_back(word);
      }
    }
    return joined;
  }
};

class LineSplitter {
 public:
  LineSplitter(const Json& rule, const Json& white, const CharacterSet& stops, const Json& word)
      : white_(white), stops_(stops), word_(word), hyphens_(optional_set(rule, "hyphens")), breaks_(rule.at("breaks")), tabs_(rule.at("tabs")), cells_(rule.at("cells")),
        marks_(rule.at("marks")), openers_(rule.at("openers")), closers_(rule.at("closers")),
        narrow_(rule.at("narrow").integer()), narrowest_(rule.at("narrowest").integer()),
        fewest_(rule.at("fewest").integer()), short_(rule.at("short").integer()),
        list_share_(rule.at("list_share").integer()), prose_share_(rule.at("prose_share").integer()),
        block_(rule.at("block").integer()), longest_part_(rule.has("longest_part") ? rule.at("longest_part").integer() : 1) {
    for (const Json& entry : rule.at("numerals").items) numerals_.insert(entry.text);
  }

  // Pieces of a text; marks and what separates cells are in none.
  std::vector<Span> pieces(const std::u32string& text, Joins& joins) const {
    std::vector<Line> lines = lines_of(text);
    std::vector<Span> found;
    size_t start = 0;
    bool open = false;
    for (size_t first = 0; first < lines.size();) {
      size_t last = first + 1;
      while (last < lines.size() && !lines[last].blank && last - first < block_) ++last;
      std::vector<bool> ends = ends_of(text, lines, first, last, joins);
      for (size_t i = first; i < last; ++i) {
        if (!open) start = lines[i].begins;
        for (const Span& cell : lines[i].cells) {
          found.push_back({start, cell.first});
          start = cell.second;
        }
        if (ends[i - first]) found.push_back({start, std::max(start, lines[i].end)});
        open = !ends[i - first];
      }
      first = last;
    }
    return found;
  }

 private:
  struct Line {
    size_t start, first, end, begins;  // behind the break, first visible, behind the last, behind the mark
    bool blank;                        // a blank line or the start of the text is before it
    std::vector<Span> cells;           // what separates its cells
  };
  CharacterSet white_, stops_, word_, hyphens_, breaks_, tabs_, cells_, marks_, openers_, closers_;
  size_t narrow_, narrowest_, fewest_, short_, list_share_, prose_share_, block_, longest_part_;
  std::set<std::string> numerals_;

  std::vector<Line> lines_of(const std::u32string& text) const {
    std::vector<Line> lines;
    size_t start = 0, breaks = 2;
    for (size_t i = 0; i < text.size();) {
      if (white_.has(text[i])) {
        bool pair = text[i] == U'\r' && i + 1 < text.size() && text[i + 1] == U'\n';
        if (breaks_.has(text[i]) && !pair) {
          start = i + 1;
          ++breaks;
        }
        ++i;
        continue;
      }
      Line line{start, i, i, i, breaks > 1, {}};
      for (; i < text.size() && !breaks_.has(text[i]); ++i)
        if (!white_.has(text[i])) line.end = i + 1;
      line.begins = behind_mark(text, line.first, line.end);
      for (size_t at = line.begins; at < line.end; ++at)
        if (separates_cells(text, at)) line.cells.push_back({at, at + 1});
      lines.push_back(line);
      breaks = 0;
    }
    return lines;
  }

  bool white_or_edge(const std::u32string& text, size_t i) const {
    return i >= text.size() || white_.has(text[i]);
  }

  bool separates_cells(const std::u32string& text, size_t i) const {
    if (tabs_.has(text[i])) return true;
    return cells_.has(text[i]) && (i == 0 || white_.has(text[i - 1])) && white_or_edge(text, i + 1);
  }

  // Where the line goes on behind its mark; `first` where it has none.
  size_t behind_mark(const std::u32string& text, size_t first, size_t end) const {
    size_t mark = mark_end(text, first);
    if (mark == first) return first;
    while (mark < end && white_.has(text[mark])) ++mark;
    return std::min(mark, end);
  }

  size_t mark_end(const std::u32string& text, size_t first) const {
    size_t i = first;
    while (i < text.size() && marks_.has(text[i])) ++i;
    if (i > first && white_or_edge(text, i)) return i;
    // A run of marks may begin with an opener, which is then tried alone.
    if (size_t end = numbered(text, first, first)) return end;
    if (openers_.has(text[first]))
      if (size_t end = numbered(text, first, first + 1)) return end;
    return first;
  }

  // The end of a number, letter or numeral at `i` with a closer or a full stop; 0 where there is none.
  size_t numbered(const std::u32string& text, size_t first, size_t i) const {
    auto closed = [&](size_t at, bool full_stop) {
      bool closer = at < text.size() && (closers_.has(text[at]) || (full_stop && text[at] == U'.'));
      bool spaced = at + 1 < text.size() && white_.has(text[at + 1]) && !breaks_.has(text[at + 1]);
      return closer && spaced ? at + 1 : 0;
    };
    size_t digits = i;
    while (digits < text.size() && digits < i + 3 && text[digits] >= U'0' && text[digits] <= U'9') ++digits;
    if (digits > i) return closed(digits, i == first);
    std::string letters;
    while (i + letters.size() < text.size() && letters.size() < 7) {
      char32_t c = text[i + letters.size()];
      if (c >= U'A' && c <= U'Z') c += 32;
      if (c < U'a' || c > U'z') break;
      letters += static_cast<char>(c);
    }
    if (letters.size() != 1 && !numerals_.count(letters)) return 0;
    return closed(i + letters.size(), false);
  }

  bool stopped(const std::u32string& text, const Line& line) const { return stops_.has(text[line.end - 1]); }

  // Whether a word is wrapped at a hyphen. It is joined if the student knows it, and not both parts.
  bool is_wrapped(const std::u32string& text, const Line& line, const Line& next, Joins& joins) const {
    size_t hyphen = line.end - 1, start = hyphen, end = next.first;
    if (!hyphens_.has(text[hyphen])) return false;
    while (start > line.first && hyphen - start <= longest_part_ && word_.has(text[start - 1])) --start;
    while (end < text.size() && end - next.first <= longest_part_ && word_.has(text[end])) ++end;
    size_t one = hyphen - start, other = end - next.first;
    if (!one || !other) return false;
    if (std::max(one, other) > longest_part_) return true;
    std::u32string first = text.substr(start, one), rest = text.substr(next.first, other);
    if (joins.is_known(first + rest) && !(joins.is_known(first) && joins.is_known(rest)))
      joins.hyphens.insert(hyphen);
    return true;
  }

  std::vector<bool> ends_of(const std::u32string& text, const std::vector<Line>& lines, size_t first,
                            size_t last, Joins& joins) const {
    std::vector<bool> ends;
    std::vector<size_t> free, lengths;
    size_t widest = 0;
    for (size_t i = first; i < last; ++i) {
      widest = std::max(widest, lines[i].end - lines[i].start);
      const Line* next = i + 1 < lines.size() && !lines[i + 1].blank ? &lines[i + 1] : nullptr;
      bool end = !lines[i].cells.empty() || !next || !next->cells.empty() || next->begins > next->first;
      ends.push_back(end);
      if (end || is_wrapped(text, lines[i], *next, joins)) continue;
      size_t word = next->first;
      while (word < next->end && !white_.has(text[word])) ++word;
      free.push_back(i - first);
      lengths.push_back(lines[i].end - lines[i].start + 1 + word - next->first);
    }
    size_t fitted = 0, shorter = 0, counted = 0;
    for (size_t i = 0; i < free.size(); ++i) {
      if (lengths[i] <= widest) ++fitted;
      if (stopped(text, lines[first + free[i]])) continue;
      ++counted;
      if (100 * lengths[i] <= short_ * widest) ++shorter;
    }
    bool prose = std::any_of(lines.begin() + first, lines.begin() + last,
                             [&](const Line& line) { return stopped(text, line); });
    bool list = 100 * shorter > (prose ? prose_share_ : list_share_) * counted;
    bool columns = last - first >= fewest_ && widest >= narrowest_ && !fitted;
    for (size_t i = 0; i < free.size(); ++i) {
      bool is_short = 100 * lengths[i] <= short_ * widest;
      ends[free[i]] = widest >= narrow_ ? is_short || list : !columns;
    }
    return ends;
  }
};
