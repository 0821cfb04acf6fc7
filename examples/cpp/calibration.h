// Raw scores of entities to precisions, by the curves in tables.json.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "json.h"

class Calibration {
 public:
  // Of a student without curves, scores stay raw.
  explicit Calibration(const Json& tables) {
    if (!tables.has("postprocessing")) return;
    const Json& rules = tables.at("postprocessing");
    if (!rules.has("calibration")) return;
    for (const auto& curve : rules.at("calibration").members)
      for (const Json& knot : curve.second.at("knots").items)
        curves_[curve.first].push_back({knot.items.at(0).number, knot.items.at(1).number});
  }

  // Straight lines between the knots, level beyond them.
  double precision(const std::string& type, double raw_score) const {
    auto found = curves_.find(type);
    if (found == curves_.end()) return raw_score;
    const std::vector<Knot>& knots = found->second;
    size_t after = 0;
    while (after < knots.size() && knots[after].raw_score <= raw_score) ++after;
    if (after == 0) return knots.front().precision;
    if (after == knots.size()) return knots.back().precision;
    const Knot &one = knots[after - 1], &other = knots[after];
    double share = (raw_score - one.raw_score) / (other.raw_score - one.raw_score);
    return one.precision + share * (other.precision - one.precision);
  }

 private:
  struct Knot {
    double raw_score, precision;
  };
  std::map<std::string, std::vector<Knot>> curves_;
};
