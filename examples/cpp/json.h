// As much of a JSON reader as tables.json needs. Use a library of your own if you have one.
#pragma once

#include <cstdlib>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

struct Json {
  std::map<std::string, Json> members;
  std::vector<Json> items;
  std::string text;
  double number = 0;

  bool has(const std::string& name) const { return members.count(name) > 0; }
  const Json& at(const std::string& name) const {
    auto found = members.find(name);
    if (found == members.end()) throw std::runtime_error("tables.json has no \"" + name + "\"");
    return found->second;
  }
  int integer() const { return static_cast<int>(number); }
};

class JsonReader {
 public:
  explicit JsonReader(const std::string& source) : source_(source) {}

  Json read() {
    Json value = read_value();
    skip_white();
    if (place_ != source_.size()) fail("something behind its end");
    return value;
  }

 private:
  const std::string& source_;
  size_t place_ = 0;

  [[noreturn]] void fail(const std::string& what) const {
    throw std::runtime_error("tables.json is damaged: " + what + " at byte " +
                             std::to_string(place_));
  }

  void skip_white() {
    while (place_ < source_.size() && std::string(" \t\r\n").find(source_[place_]) != std::string::npos)
      ++place_;
  }

  char peek() {
    skip_white();
    if (place_ == source_.size()) fail("it ends");
    return source_[place_];
  }

  void expect(char wanted) {
    if (peek() != wanted) fail(std::string("no ") + wanted);
    ++place_;
  }

  bool skip(char wanted) {
    if (peek() != wanted) return false;
    ++place_;
    return true;
  }

  Json read_value() {
    Json value;
    switch (peek()) {
      case '{': read_object(value); break;
      case '[': read_array(value); break;
      case '"': value.text = read_string(); break;
      case 't': skip_word("true"), value.number = 1; break;
      case 'f': skip_word("false"); break;
      case 'n': skip_word("null"); break;
      default: value.number = read_number();
    }
    return value;
  }

  void read_object(Json& value) {
    expect('{');
    if (skip('}')) return;
    do {
      peek();
      std::string name = read_string();
      expect(':');
      value.members[name] = read_value();
    } while (skip(','));
    expect('}');
  }

  void read_array(Json& value) {
    expect('[');
    if (skip(']')) return;
    do value.items.push_back(read_value());
    while (skip(','));
    expect(']');
  }

  void skip_word(const std::string& word) {
    if (source_.compare(place_, word.size(), word) != 0) fail("an unknown word");
    place_ += word.size();
  }

  double read_number() {
    const char* start = source_.c_str() + place_;
    char* end = nullptr;
    double number = std::strtod(start, &end);
    if (end == start) fail("no value");
    place_ += end - start;
    return number;
  }

  unsigned read_hex() {
    if (place_ + 4 > source_.size()) fail("a cut escape");
    unsigned code = std::strtoul(source_.substr(place_, 4).c_str(), nullptr, 16);
    place_ += 4;
    return code;
  }

  std::string read_string();
};

// A code point as UTF-8.
inline void append_utf8(std::string& text, unsigned code) {
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xC0 | code >> 6);
    text += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    text += static_cast<char>(0xE0 | code >> 12);
    text += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    text += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    text += static_cast<char>(0xF0 | code >> 18);
    text += static_cast<char>(0x80 | (code >> 12 & 0x3F));
    text += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    text += static_cast<char>(0x80 | (code & 0x3F));
  }
}

inline std::string JsonReader::read_string() {
  if (source_[place_] != '"') fail("no string");
  std::string text;
  while (++place_ < source_.size() && source_[place_] != '"') {
    if (source_[place_] != '\\') {
      text += source_[place_];
      continue;
    }
    if (++place_ == source_.size()) break;
    const std::string escapes = "\"\\/bfnrt", meant = "\"\\/\b\f\n\r\t";
    if (source_[place_] == 'u') {
      ++place_;
      unsigned code = read_hex();
      if (code >= 0xD800 && code < 0xDC00 && source_.compare(place_, 2, "\\u") == 0) {
        place_ += 2;
        code = 0x10000 + ((code - 0xD800) << 10) + (read_hex() - 0xDC00);
      }
      append_utf8(text, code);
      --place_;
    } else {
      size_t which = escapes.find(source_[place_]);
      if (which == std::string::npos) fail("an unknown escape");
      text += meant[which];
    }
  }
  if (place_ == source_.size()) fail("a string that does not end");
  ++place_;
  return text;
}
