// Finds the entities of a text with an exported student, as bioner_kd's Tagger does.
//
//   ./tag student_int8.tflite tables.json "Cisplatin causes hearing loss."
//
// Each entity is a line: type, first character, the one after its last, score, text, with tabs
// between. Characters are code points, counted from 0.
#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>

#include "calibration.h"
#include "brackets.h"
#include "student.h"

namespace {

// Longer sentences are read in pieces, with words of context on either side that are not used:
// bioner_kd/tagging/long_sentences.py says why.
constexpr size_t kPiece = 512, kContext = 64;

// What the logits of all tags but O lose at a word that is part of no mention.
constexpr double kRuledOut = 10000;

// Formats of tables.json that this program reads. Format 1 is not written there.
constexpr int kFirstFormat = 1, kLastFormat = 3;

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  if (!file) throw std::runtime_error(path + ": cannot read this file");
  return content.str();
}

Json read_tables(const std::string& path) {
  Json tables = JsonReader(read_file(path)).read();
  double format = tables.has("format") ? tables.at("format").number : 1;
  if (format < kFirstFormat || format > kLastFormat) {
    std::ostringstream message;
    message << path << ": has format " << format << ", and this program reads " << kFirstFormat
            << " to " << kLastFormat << "; build the program that came with the export";
    throw std::runtime_error(message.str());
  }
  return tables;
}

class Tagger {
 public:
  Tagger(const std::string& model, const Json& tables)
      : tokenizer_(tables.at("tokenizer")), splitter_(tables.at("sentences"), tables.at("tokenizer").at("word")),
        features_(tables.at("features")), decoder_(tables), brackets_(tables),
        calibration_(tables), model_(model, features_.max_chars(), decoder_.tags.size()) {}

  void tag(const std::u32string& text) const {
    const View seen = tokenizer_.view(text);
    Joins joins{[this](const std::u32string& word) { return features_.known(word); }, {}};
    for (const Span& sentence : splitter_.sentences(seen.text, joins)) {
      std::vector<std::u32string> words;
      std::vector<Span> spans = joins.join(seen.text, tokenizer_.words(seen.text, sentence), words);
      size_t most = splitter_.most_words() ? splitter_.most_words() : spans.size();
      for (size_t first = 0; first < spans.size(); first += most) {
        size_t last = std::min(spans.size(), first + most);
        tag_sentence(text, seen, {spans.begin() + first, spans.begin() + last},
                     {words.begin() + first, words.begin() + last});
      }
    }
  }

 private:
  Tokenizer tokenizer_;
  SentenceSplitter splitter_;
  Features features_;
  Decoder decoder_;
  Brackets brackets_;
  Calibration calibration_;
  Model model_;

  void tag_sentence(const std::u32string& text, const View& seen, const std::vector<Span>& spans,
                    const std::vector<std::u32string>& words) const {
    Rows logits = read(features_.spelled(words));
    for (size_t word = 0; word < words.size(); ++word)
      if (tokenizer_.is_outside(words[word]))
        for (size_t tag = 1; tag < logits[word].size(); ++tag) logits[word][tag] -= kRuledOut;
    std::vector<size_t> path = decoder_.decode(logits);
    std::vector<double> scores = decoder_.scores(logits, path);
    for (size_t first = 0; first < words.size();) {
      size_t end = first + 1;
      if (path[first] == 0) {  // O
        first = end;
        continue;
      }
      std::string type = decoder_.tags[path[first]].substr(2);
      while (end < words.size() && decoder_.tags[path[end]] == "I-" + type) ++end;
      Span kept = brackets_.kept(words, {first, end});
      if (kept.first < kept.second) {
        double sum = 0;
        for (size_t word = kept.first; word < kept.second; ++word) sum += scores[word];
        double score = calibration_.precision(type, sum / (kept.second - kept.first));
        print(type, score, text, seen.in_source({spans[kept.first].first, spans[kept.second - 1].second}));
      }
      first = end;
    }
  }

  static void print(const std::string& type, double score, const std::u32string& text, Span place) {
    std::u32string mention = text.substr(place.first, place.second - place.first);
    for (char32_t& c : mention)
      if (c == U'\t' || c == U'\r' || c == U'\n') c = U' ';  // one line an entity
    std::printf("%s\t%zu\t%zu\t%.6f\t%s\n", type.c_str(), place.first, place.second, score,
                to_utf8(mention).c_str());
  }

  Rows read(const std::vector<std::u32string>& words) const {
    size_t size = words.size();
    if (size <= kPiece) return model_.logits(features_.encode(words), size);
    std::vector<size_t> starts;
    for (size_t start = 0; start + kPiece < size; start += kPiece - 2 * kContext)
      starts.push_back(start);
    starts.push_back(size - kPiece);
    Rows rows;
    for (size_t i = 0; i < starts.size(); ++i) {
      auto begin = words.begin() + starts[i];
      Rows piece = model_.logits(features_.encode({begin, begin + kPiece}), kPiece);
      // Neighbouring pieces meet in the middle of what they share.
      size_t last = i + 1 == starts.size() ? size : (starts[i] + kPiece + starts[i + 1]) / 2;
      for (size_t word = rows.size(); word < last; ++word) rows.push_back(piece[word - starts[i]]);
    }
    return rows;
  }
};

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) {
    std::cerr << "usage: tag MODEL.tflite tables.json TEXT\n";
    return 2;
  }
  try {
    Tagger(arguments[1], read_tables(arguments[2])).tag(from_utf8(arguments[3]));
  } catch (const std::exception& error) {
    std::cerr << "tag: " << error.what() << "\n";
    return 1;
  }
}
