// What a model says of the words of a text, of all its sentences one after the other:
// {text, words, tags, scores, inEntity, firstWords}. `words` are those of `tokenize`; `scores` are the
// probabilities of their tags, `inEntity` those of being part of any mention,
// `firstWords` the numbers of the first words of sentences.

/** A text to which `add` adds sentences. */
export function emptyText(text) {
  return { text, words: [], tags: [], scores: [], inEntity: [], firstWords: [] };
}

/** Adds the words of a sentence and what the model says of them. */
export function addSentence(found, words, { tags, scores, inEntity }) {
  found.firstWords.push(found.words.length);
  words.forEach((word, number) => {
    found.words.push(word);
    found.tags.push(tags[number]);
    found.scores.push(scores[number]);
    found.inEntity.push(inEntity[number]);
  });
}

/** Type, first word and the word behind the last of each mention; a stray I- opens one. */
export function mentionsOf(tags) {
  const found = [];
  let previous = "";
  tags.forEach((tag, word) => {
    const type = tag.slice(2);
    if (tag.startsWith("I-") && type === previous) found.at(-1).end = word + 1;
    else if (type) found.push({ type, first: word, end: word + 1 });
    previous = type;
  });
  return found;
}

/** Words with a space between those that do not touch. */
export function joined(words, first, end) {
  let text = words[first].text;
  for (let word = first + 1; word < end; word += 1) {
    text += touches(words, word) ? words[word].text : ` ${words[word].text}`;
  }
  return text;
}

/** Whether nothing is between a word and the one before it. */
export function touches(words, word) {
  return words[word - 1].to === words[word].from;
}
