// From the tags of a text to its mentions: the rules of a student, in the order of
// bioner_kd/tagging/postprocessing.py.

import { Brackets } from "./brackets.js";
import { Calibration } from "./calibration.js";
import { entitiesFromTags } from "./decoder.js";
import { DocumentStep } from "./document_step.js";

export class Postprocessing {
  /** @param {object} record "postprocessing" of tables.json; {} of a student without rules. */
  constructor(record = {}) {
    this.rules = [];
    if (record.brackets) this.rules.push(new Brackets(record.brackets));
    if (record.document_step) this.rules.push(new DocumentStep(record.document_step));
    this.calibration = new Calibration(record.calibration);
  }

  /**
   * The mentions of a text.
   * @param {object} found all sentences of the text, as `tagged_text.js` says.
   * @param {Names|null} names of the user, which come last: nothing overrules them.
   */
  entities(found, names = null) {
    const { text, words, tags, scores } = this.rules.reduce((one, rule) => rule.apply(one), found);
    const entities = this.calibration.calibrated(entitiesFromTags(text, words, tags, scores));
    return names ? names.mark(found, entities) : entities;
  }
}
