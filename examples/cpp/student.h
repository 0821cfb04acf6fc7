// Words to ids, ids to logits, logits to tags and probabilities.
//
// The rules are those of bioner_kd/tagging/word_features.py, chain.py and decoding.py.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "json.h"
#include "text.h"
#include "tflite_c_api.h"

using Ids = std::map<std::string, std::vector<int32_t>>;  // "word_ids" and so on, word after word
using Rows = std::vector<std::vector<double>>;            // one row a word, one number a tag

class Features {
 public:
  explicit Features(const Json& features) {
    const Json& config = features.at("config");
    prefix_ = config.at("prefix_length").integer();
    suffix_ = config.at("suffix_length").integer();
    max_chars_ = config.at("max_chars").integer();
    for (const Json& name : config.at("features").items) {
      auto& table = tables_[name.text];
      int32_t next = 2;  // 0 is padding, 1 is unknown
      for (const Json& entry : features.at("tables").at(name.text).items) table[entry.text] = next++;
    }
    for (const auto& entry : features.at("folding").members)
      folding_[from_utf8(entry.first)[0]] = from_utf8(entry.second.text);
    if (features.has("inner_folding"))
      for (const auto& entry : features.at("inner_folding").members)
        inner_[from_utf8(entry.first)[0]] = from_utf8(entry.second.text);
    if (!features.has("capitals")) return;
    const Json& rule = features.at("capitals");
    capitals_ = true;
    min_letters_ = rule.at("min_letters").integer();
    unknown_letters_ = rule.at("unknown_letters").integer();
    for (const Json& entry : rule.at("spellings").items) {
      std::u32string word = from_utf8(entry.text);
      spellings_[to_utf8(lower_ascii(word))] = word;
    }
  }

  int max_chars() const { return max_chars_; }

  // The words of a whole sentence as they are read; `encode` takes them, or a piece of them.
  std::vector<std::u32string> spelled(std::vector<std::u32string> words) const {
    size_t most = 0;
    for (const std::u32string& word : words) {
      for (char32_t c : word)
        if (is_lower(c)) return words;
      most = std::max(most, letters(word));
    }
    if (!capitals_ || most < min_letters_) return words;
    std::vector<std::u32string> read = words;
    for (size_t i = 0; i < words.size(); ++i) {
      bool beside = (i > 0 && words[i - 1] == U"-") || (i + 1 < words.size() && words[i + 1] == U"-");
      if (words[i].size() == 1 && beside) continue;
      std::u32string lower = lower_ascii(words[i]);
      auto usual = spellings_.find(to_utf8(lower));
      if (usual != spellings_.end()) read[i] = usual->second;
      else if (letters(words[i]) >= unknown_letters_ || known(lower)) read[i] = lower;
    }
    return read;
  }

  // Whether a table of words has the form of a word.
  bool known(const std::u32string& word) const {
    std::u32string form = form_of(fold(word));
    for (const char* table : {"word", "vector"})
      if (tables_.count(table) && id(table, form) != 1) return true;
    return false;
  }

  Ids encode(const std::vector<std::u32string>& words) const {
    Ids ids;
    for (const auto& table : tables_) ids[table.first + "_ids"];
    for (const std::u32string& word : words) add(word, ids);
    return ids;
  }

 private:
  size_t prefix_, suffix_;
  int max_chars_;
  std::map<std::string, std::unordered_map<std::string, int32_t>> tables_;
  std::unordered_map<char32_t, std::u32string> folding_, inner_;
  bool capitals_ = false;
  size_t min_letters_ = 0, unknown_letters_ = 0;
  std::unordered_map<std::string, std::u32string> spellings_;

  static bool is_lower(char32_t c) { return c >= U'a' && c <= U'z'; }
  static bool is_upper(char32_t c) { return c >= U'A' && c <= U'Z'; }

  static size_t letters(const std::u32string& word) {
    return std::count_if(word.begin(), word.end(), is_upper);
  }

  static std::u32string lower_ascii(std::u32string word) {
    for (char32_t& c : word)
      if (is_upper(c)) c += 32;
    return word;
  }

  std::u32string fold(const std::u32string& word) const {
    std::u32string folded;
    for (size_t i = 0; i < word.size(); ++i) {
      bool between = i > 0 && i + 1 < word.size() && is_lower(word[i - 1]) && is_lower(word[i + 1]);
      const auto& table = between && inner_.count(word[i]) ? inner_ : folding_;
      auto found = table.find(word[i]);
      folded += found == table.end() ? std::u32string(1, word[i]) : found->second;
    }
    return folded;
  }

  static std::u32string form_of(const std::u32string& folded) {
    std::u32string form = lower_ascii(folded);
    for (char32_t& c : form)
      if (c >= U'0' && c <= U'9') c = U'0';
    return form;
  }

  void add(const std::u32string& word, Ids& ids) const {
    std::u32string folded = fold(word), form = form_of(folded);
    size_t tail = form.size() > suffix_ ? form.size() - suffix_ : 0;
    const std::pair<const char*, std::u32string> entries[] = {
        {"word", form}, {"vector", form}, {"prefix", form.substr(0, prefix_)},
        {"suffix", form.substr(tail)}, {"shape", shape(folded)}};
    for (const auto& entry : entries)
      if (tables_.count(entry.first))
        ids[std::string(entry.first) + "_ids"].push_back(id(entry.first, entry.second));
    if (tables_.count("char")) add_characters(folded, ids["char_ids"]);
  }

  void add_characters(const std::u32string& folded, std::vector<int32_t>& ids) const {
    size_t limit = max_chars_, head = (limit + 1) / 2, size = folded.size();
    std::u32string clipped = size <= limit
                                 ? folded
                                 : folded.substr(0, head) + folded.substr(size - (limit - head));
    for (char32_t c : clipped) ids.push_back(id("char", std::u32string(1, c)));
    ids.resize(ids.size() + limit - clipped.size(), 0);
  }

  int32_t id(const std::string& table, const std::u32string& entry) const {
    const auto& ids = tables_.at(table);
    auto found = ids.find(to_utf8(entry));
    return found == ids.end() ? 1 : found->second;
  }

  static std::u32string shape(const std::u32string& folded) {
    std::u32string shape;
    size_t run = 0;
    for (char32_t c : folded) {
      char32_t kind = c >= U'A' && c <= U'Z'   ? U'X'
                      : c >= U'a' && c <= U'z' ? U'x'
                      : c >= U'0' && c <= U'9' ? U'd'
                                               : c;
      run = !shape.empty() && shape.back() == kind ? run + 1 : 1;
      if (run <= 4) shape += kind;
    }
    return shape;
  }
};

// A .tflite file. Its signature "dyn" takes one sentence of any number of words.
class Model {
 public:
  Model(const std::string& path, int max_chars, size_t tags)
      : max_chars_(max_chars), tags_(tags), model_(TfLiteModelCreateFromFile(path.c_str())) {
    if (!model_) throw std::runtime_error(path + ": not a .tflite file, or it cannot be read");
    TfLiteInterpreterOptions* options = TfLiteInterpreterOptionsCreate();
    TfLiteInterpreterOptionsSetNumThreads(options, 1);  // more make one sentence no faster
    interpreter_.reset(TfLiteInterpreterCreate(model_.get(), options));
    TfLiteInterpreterOptionsDelete(options);
    if (interpreter_) runner_.reset(TfLiteInterpreterGetSignatureRunner(interpreter_.get(), "dyn"));
    if (!runner_) throw std::runtime_error(path + ": not a student, it has no signature \"dyn\"");
  }

  Rows logits(const Ids& ids, size_t words) const {
    TfLiteSignatureRunner* runner = runner_.get();
    for (const auto& input : ids) {
      const int shape[] = {1, static_cast<int>(words), max_chars_};
      check(TfLiteSignatureRunnerResizeInputTensor(runner, input.first.c_str(), shape,
                                                   input.first == "char_ids" ? 3 : 2));
    }
    check(TfLiteSignatureRunnerAllocateTensors(runner));
    for (const auto& input : ids)
      check(TfLiteTensorCopyFromBuffer(TfLiteSignatureRunnerGetInputTensor(runner, input.first.c_str()),
                                       input.second.data(), input.second.size() * sizeof(int32_t)));
    check(TfLiteSignatureRunnerInvoke(runner));
    const TfLiteTensor* output = TfLiteSignatureRunnerGetOutputTensor(runner, "logits");
    std::vector<float> flat(words * tags_);
    if (!output || TfLiteTensorByteSize(output) != flat.size() * sizeof(float))
      throw std::runtime_error("tables.json is not that of this model: other tags");
    check(TfLiteTensorCopyToBuffer(output, flat.data(), flat.size() * sizeof(float)));
    Rows rows;
    for (size_t word = 0; word < words; ++word)
      rows.emplace_back(flat.begin() + word * tags_, flat.begin() + (word + 1) * tags_);
    return rows;
  }

 private:
  struct Delete {
    void operator()(TfLiteModel* it) const { TfLiteModelDelete(it); }
    void operator()(TfLiteInterpreter* it) const { TfLiteInterpreterDelete(it); }
    void operator()(TfLiteSignatureRunner* it) const { TfLiteSignatureRunnerDelete(it); }
  };
  int max_chars_;
  size_t tags_;
  std::unique_ptr<TfLiteModel, Delete> model_;
  std::unique_ptr<TfLiteInterpreter, Delete> interpreter_;
  std::unique_ptr<TfLiteSignatureRunner, Delete> runner_;

  static void check(TfLiteStatus status) {
    if (status != kTfLiteOk)
      throw std::runtime_error("TFLite cannot run the model: is tables.json that of this model?");
  }
};

class Decoder {
 public:
  explicit Decoder(const Json& tables) {
    for (const Json& tag : tables.at("tags").items) tags.push_back(tag.text);
    const double never = -std::numeric_limits<double>::infinity();
    start_.assign(tags.size(), 0.0);
    steps_.assign(tags.size(), std::vector<double>(tags.size(), 0.0));
    crf_ = tables.has("transitions");
    for (size_t to = 0; to < tags.size(); ++to) {
      bool inside = tags[to].rfind("I-", 0) == 0;
      if (inside) start_[to] = never;
      for (size_t from = 0; from < tags.size(); ++from) {
        bool goes_on = from > 0 && tags[from].substr(2) == tags[to].substr(std::min<size_t>(2, tags[to].size()));
        if (inside && !goes_on) steps_[from][to] = never;
        else if (crf_) steps_[from][to] = tables.at("transitions").items.at(from).items.at(to).number;
      }
    }
  }

  std::vector<std::string> tags;

  // The best sequence of tags that IOB2 allows (Viterbi).
  std::vector<size_t> decode(const Rows& logits) const {
    std::vector<double> best = plus(start_, logits[0]);
    std::vector<std::vector<size_t>> origins;
    for (size_t word = 1; word < logits.size(); ++word) {
      std::vector<double> next(tags.size());
      origins.emplace_back(tags.size());
      for (size_t to = 0; to < tags.size(); ++to) {
        size_t from = 0;
        for (size_t other = 1; other < tags.size(); ++other)
          if (best[other] + steps_[other][to] > best[from] + steps_[from][to]) from = other;
        origins.back()[to] = from;
        next[to] = best[from] + steps_[from][to] + logits[word][to];
      }
      best = next;
    }
    std::vector<size_t> path = {
        static_cast<size_t>(std::max_element(best.begin(), best.end()) - best.begin())};
    for (size_t word = logits.size() - 1; word > 0; --word)
      path.push_back(origins[word - 1][path.back()]);
    std::reverse(path.begin(), path.end());
    return path;
  }

  // The probability of each word's tag: by softmax, under a CRF over all sequences.
  std::vector<double> scores(const Rows& logits, const std::vector<size_t>& path) const {
    Rows through = logits;
    if (crf_) {
      Rows after(logits.size(), std::vector<double>(tags.size(), 0.0));
      for (size_t word = logits.size() - 1; word > 0; --word)
        for (size_t from = 0; from < tags.size(); ++from)
          after[word - 1][from] = log_sum(plus(plus(steps_[from], logits[word]), after[word]));
      std::vector<double> before = plus(start_, logits[0]);
      for (size_t word = 0;; ++word) {
        through[word] = plus(before, after[word]);
        if (word + 1 == logits.size()) break;
        std::vector<double> next(tags.size());
        for (size_t to = 0; to < tags.size(); ++to) {
          std::vector<double> into = before;
          for (size_t from = 0; from < tags.size(); ++from) into[from] += steps_[from][to];
          next[to] = log_sum(into) + logits[word + 1][to];
        }
        before = next;
      }
    }
    std::vector<double> found;
    for (size_t word = 0; word < logits.size(); ++word)
      found.push_back(std::exp(through[word][path[word]] - log_sum(through[word])));
    return found;
  }

 private:
  std::vector<double> start_;
  Rows steps_;
  bool crf_;

  static std::vector<double> plus(std::vector<double> one, const std::vector<double>& other) {
    for (size_t i = 0; i < one.size(); ++i) one[i] += other[i];
    return one;
  }

  static double log_sum(const std::vector<double>& values) {
    double largest = *std::max_element(values.begin(), values.end()), sum = 0;
    if (std::isinf(largest)) return largest;
    for (double value : values) sum += std::exp(value - largest);
    return largest + std::log(sum);
  }
};
