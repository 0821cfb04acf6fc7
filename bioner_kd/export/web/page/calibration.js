// Raw scores become precisions: what share of such mentions is right.

export class Calibration {
  /** @param {object} record "calibration" of "postprocessing" in tables.json; {} without any. */
  constructor(record = {}) {
    this.curves = new Map(Object.entries(record).map(([type, { knots }]) => [type, knots]));
  }

  /** Whether any type has a curve. */
  get known() {
    return this.curves.size > 0;
  }

  /** The mentions with precisions as their scores, and what is expected of all mentions like them. */
  calibrated(entities) {
    if (!this.known) return entities;
    return entities.map((entity) => {
      const rawScore = entity.score;
      const knots = this.curves.get(entity.type);
      // Of a type without a curve nothing is expected.
      if (!knots) return { ...entity, rawScore, precisionAbove: 0 };
      const [score, precisionAbove] = [1, 2].map((column) => valueAt(knots, rawScore, column));
      return { ...entity, score, rawScore, precisionAbove };
    });
  }
}

/** The mentions of which a precision is expected together; those that a user named are kept. */
export function keptMentions(entities, minPrecision) {
  return entities.filter(({ precisionAbove = 1 }) => precisionAbove >= minPrecision);
}

// Straight lines between the knots, level beyond them.
function valueAt(knots, rawScore, column) {
  const after = knots.findIndex(([place]) => place > rawScore);
  if (after < 0) return knots.at(-1)[column];
  if (after === 0) return knots[0][column];
  const [before, behind] = [knots[after - 1], knots[after]];
  const share = (rawScore - before[0]) / (behind[0] - before[0]);
  return before[column] + share * (behind[column] - before[column]);
}
