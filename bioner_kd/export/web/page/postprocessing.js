// From the tags of a text to its mentions: the rules of a student, in the order of
// bioner_kd/tagging/postprocessing.py.

import { Calibration } from "./calibration.js";
import { entitiesFromTags } from "./decoder.js";

export class Postprocessing {
  /** @param {object} record "postprocessing" of tables.json; {} of a student without rules. */
  constructor(record = {}) {
    this.calibration = new Calibration(record.calibration);
  }

  /** The mentions of tagged words, as `entitiesFromTags` takes them. */
  entities(text, words, tags, scores) {
    return this.calibration.calibrated(entitiesFromTags(text, words, tags, scores));
  }
}
