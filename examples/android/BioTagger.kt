// Finds the entities of a text with an exported student, as bioner_kd's Tagger does.
//
//     val tagger = BioTagger(modelFile, tablesFile)
//     for (entity in tagger.tag("Cisplatin causes hearing loss.")) println(entity)
//
// It cuts text by the rules of format 2 of the tables: of those of format 3 it lacks lists and cells,
// wrapped words, invisible characters, symbols, the limit of words, and brackets. It carries no
// abbreviations through a text either.
//
// NOT COMPILED BY THE TESTS, and not yet with the Android SDK or on a device; README.md says how it
// was checked.
package org.bioner_kd

import java.io.File
import java.nio.charset.StandardCharsets
import kotlin.math.exp
import kotlin.math.ln
import org.json.JSONArray
import org.json.JSONObject
import org.tensorflow.lite.Interpreter

/** A mention; `start` and `end` are places in the String, as `substring` takes them. */
data class Entity(val type: String, val start: Int, val end: Int, val text: String, val score: Double)

/** One thread at a time: an Interpreter may not be shared. Nothing is kept between texts. */
class BioTagger(model: File, tables: File) : AutoCloseable {
    private val json = JSONObject(tables.readText(StandardCharsets.UTF_8)).also {
        val format = it.optInt("format", 1) // which is not written in format 1
        require(format in FORMATS) {
            "$tables: has format $format, and this class reads $FORMATS; take its newer version"
        }
    }
    private val interpreter = Interpreter(model, Interpreter.Options().setNumThreads(1))
    private val splitter = SentenceSplitter(json.getJSONObject("sentences"))
    private val tokenizer = Tokenizer(json.getJSONObject("tokenizer"))
    private val features = Features(json.getJSONObject("features"))
    private val decoder = Decoder(json)
    private val calibration = Calibration(json)

    fun tag(text: String): List<Entity> {
        // The rules speak of code points; a String counts a rare character twice.
        val points = text.codePoints().toArray()
        val places = IntArray(points.size + 1)
        for (i in points.indices) places[i + 1] = places[i] + Character.charCount(points[i])
        return splitter.sentences(points).flatMap { sentence ->
            val spans = tokenizer.words(points, sentence)
            if (spans.isEmpty()) emptyList() else tagSentence(text, points, places, spans)
        }
    }

    override fun close() = interpreter.close()

    private fun tagSentence(
        text: String, points: IntArray, places: IntArray, spans: List<IntRange>
    ): List<Entity> {
        val logits = read(features.spelled(spans.map { points.sliceArray(it) }))
        val path = decoder.decode(logits)
        val scores = decoder.scores(logits, path)
        val found = mutableListOf<Entity>()
        var first = 0
        while (first < spans.size) {
            var end = first + 1
            if (path[first] != 0) { // 0 is O
                val type = decoder.tags[path[first]].substring(2)
                while (end < spans.size && decoder.tags[path[end]] == "I-$type") end++
                val start = places[spans[first].first]
                val stop = places[spans[end - 1].last + 1]
                val score = calibration.precision(type, scores.slice(first until end).average())
                found.add(Entity(type, start, stop, text.substring(start, stop), score))
            }
            first = end
        }
        return found
    }

    /** Longer sentences are read in pieces, with words of context on either side. */
    private fun read(words: List<IntArray>): List<DoubleArray> {
        if (words.size <= PIECE) return logits(words)
        val starts = (0 until words.size - PIECE step PIECE - 2 * CONTEXT) + (words.size - PIECE)
        val rows = mutableListOf<DoubleArray>()
        for ((i, start) in starts.withIndex()) {
            val piece = logits(words.subList(start, start + PIECE))
            val last = if (i + 1 == starts.size) words.size else (start + PIECE + starts[i + 1]) / 2
            while (rows.size < last) rows.add(piece[rows.size - start])
        }
        return rows
    }

    private fun logits(words: List<IntArray>): List<DoubleArray> {
        val length = LENGTHS.first { it >= words.size }
        val output = Array(1) { Array(length) { FloatArray(decoder.tags.size) } }
        interpreter.runSignature(
            features.encode(words, length), mapOf<String, Any>("logits" to output), "t$length"
        )
        return words.indices.map { word ->
            DoubleArray(decoder.tags.size) { output[0][word][it].toDouble() }
        }
    }

    private companion object {
        const val PIECE = 512
        const val CONTEXT = 64
        val FORMATS = 1..3 // of tables.json
        val LENGTHS = intArrayOf(16, 32, 64, 128, 256, 512)
    }
}

private fun JSONArray.strings() = List(length()) { getString(it) }

private class CharacterSet(ranges: JSONArray) {
    private val firsts = IntArray(ranges.length()) { ranges.getJSONArray(it).getInt(0) }
    private val lasts = IntArray(ranges.length()) { ranges.getJSONArray(it).getInt(1) }

    // Not every list of ranges is in order, and all but the tokenizer's are short.
    private val order = firsts.indices.sortedBy { firsts[it] }
    private val sortedFirsts = IntArray(order.size) { firsts[order[it]] }
    private val sortedLasts = IntArray(order.size) { lasts[order[it]] }

    operator fun contains(point: Int): Boolean {
        val found = sortedFirsts.binarySearch(point)
        val range = if (found >= 0) found else -found - 2
        return range >= 0 && point <= sortedLasts[range]
    }
}

private class Tokenizer(rule: JSONObject) {
    private val word = CharacterSet(rule.getJSONArray("word"))
    private val separator = CharacterSet(rule.getJSONArray("separator"))

    fun words(text: IntArray, sentence: IntRange): List<IntRange> {
        val found = mutableListOf<IntRange>()
        var i = sentence.first
        while (i <= sentence.last) {
            var end = i
            while (end <= sentence.last && text[end] in word) end++
            if (end == i && text[i] !in separator) end++ // a word of one character
            if (end > i) found.add(i until end)
            i = maxOf(end, i + 1)
        }
        return found
    }
}

private class SentenceSplitter(rule: JSONObject) {
    private val white = CharacterSet(rule.getJSONArray("white"))
    private val opening = CharacterSet(rule.getJSONArray("opening"))
    private val closing = CharacterSet(rule.getJSONArray("closing"))
    private val first = CharacterSet(rule.getJSONArray("first"))
    private val inner = CharacterSet(rule.getJSONArray("inner"))
    private val stops = CharacterSet(rule.optJSONArray("stops") ?: JSONArray(STOPS_OF_FORMAT_1))
    private val abbreviations = rule.getJSONArray("abbreviations").strings().toSet()
    private val longest = rule.getInt("longest_abbreviation")

    fun sentences(text: IntArray): List<IntRange> {
        val found = mutableListOf<IntRange>()
        var start = 0
        var i = 0
        while (i < text.size) {
            val end = blankLine(text, i)
            if (end > i) {
                splitParagraph(text, start, i, found)
                start = end
            }
            i = maxOf(end, i + 1)
        }
        splitParagraph(text, start, text.size, found)
        return found
    }

    private fun lineBreak(text: IntArray, i: Int): Int = when {
        i >= text.size || (text[i] != LF && text[i] != CR) -> 0
        text[i] == CR && i + 1 < text.size && text[i + 1] == LF -> 2
        else -> 1
    }

    /** Where a blank line that begins at `i` ends; `i` where there is none. */
    private fun blankLine(text: IntArray, i: Int): Int {
        val length = lineBreak(text, i)
        if (length == 0) return i
        var j = i + length
        while (j < text.size && text[j] in white) {
            val second = lineBreak(text, j)
            if (second > 0) return j + second
            j++
        }
        return i
    }

    private fun splitParagraph(text: IntArray, from: Int, last: Int, found: MutableList<IntRange>) {
        var start = from
        var i = from
        while (i < last) {
            val end = sentenceEnd(text, i, last)
            if (end > i && (text[i] != STOP || !abbreviated(text, start, i))) {
                found.add(start until end)
                start = end
            }
            i = maxOf(end, i + 1)
        }
        found.add(start until last)
    }

    /** Where the sentence ends whose stop is at `i`; `i` where none does. */
    private fun sentenceEnd(text: IntArray, i: Int, last: Int): Int {
        if (text[i] !in stops) return i
        var end = i + 1
        while (end < last && text[end] in closing) end++
        var next = end
        while (next < last && text[next] in white) next++
        if (next == end) return i
        while (next < last && text[next] in opening) next++
        return if (next < last && text[next] in first) end else i
    }

    private fun abbreviated(text: IntArray, start: Int, stop: Int): Boolean {
        val window = maxOf(start, stop - longest)
        var begin = stop
        while (begin > window && (latin(text[begin - 1]) || text[begin - 1] == STOP)) begin--
        if (begin == stop || (begin > window && text[begin - 1] in inner)) return false
        val letters = String(text, begin, stop - begin)
        return SINGLE_LETTERS.matches(letters) || letters.lowercase() in abbreviations
    }

    private fun latin(point: Int) =
        point in 'A'.code..'Z'.code || point in 'a'.code..'z'.code

    private companion object {
        const val LF = 10
        const val CR = 13
        const val STOP = 46
        const val STOPS_OF_FORMAT_1 = "[[33, 33], [46, 46], [63, 63]]"
        val SINGLE_LETTERS = Regex("[A-Za-z](?:\\.[A-Za-z])*")
    }
}

private class Features(json: JSONObject) {
    private val config = json.getJSONObject("config")
    private val prefix = config.getInt("prefix_length")
    private val suffix = config.getInt("suffix_length")
    private val maxChars = config.getInt("max_chars")
    private val names = config.getJSONArray("features").strings()
    private val tables = names.associateWith { name ->
        val entries = json.getJSONObject("tables").getJSONArray(name).strings()
        entries.withIndex().associate { (i, entry) -> entry to i + 2 } // 0 is padding, 1 unknown
    }
    private val folding = json.getJSONObject("folding").let { table ->
        table.keys().asSequence().map { it.toString() }
            .associate { it.codePointAt(0) to table.getString(it) }
    }

    private val inner = json.optJSONObject("inner_folding")?.let { table ->
        table.keys().asSequence().map { it.toString() }
            .associate { it.codePointAt(0) to table.getString(it) }
    } ?: emptyMap()
    private val capitals = json.optJSONObject("capitals")
    private val minLetters = capitals?.getInt("min_letters") ?: 0
    private val unknownLetters = capitals?.getInt("unknown_letters") ?: 0
    private val spellings = capitals?.getJSONArray("spellings")?.strings().orEmpty()
        .associateBy { lower(it.codePoints().toArray()).string() }

    /** The words of a whole sentence as they are read; `encode` takes them, or a piece of them. */
    fun spelled(words: List<IntArray>): List<IntArray> {
        if (capitals == null || words.any { word -> word.any(::isLower) }) return words
        if (words.all { letters(it) < minLetters }) return words
        return words.mapIndexed { i, word ->
            val lower = lower(word)
            val usual = spellings[lower.string()]
            when {
                word.size == 1 && (isHyphen(words.getOrNull(i - 1)) ||
                    isHyphen(words.getOrNull(i + 1))) -> word
                usual != null -> usual.codePoints().toArray()
                letters(word) >= unknownLetters || isKnown(lower) -> lower
                else -> word
            }
        }
    }

    private fun isLower(point: Int) = point in 'a'.code..'z'.code

    private fun isHyphen(word: IntArray?) = word != null && word.size == 1 && word[0] == '-'.code

    private fun letters(word: IntArray) = word.count { it in 'A'.code..'Z'.code }

    private fun lower(word: IntArray) =
        IntArray(word.size) { if (word[it] in 'A'.code..'Z'.code) word[it] + 32 else word[it] }

    private fun isKnown(word: IntArray): Boolean {
        val form = entries(word).getValue("word")
        return listOf("word", "vector").any { tables[it]?.containsKey(form) == true }
    }

    private fun fold(word: IntArray): IntArray {
        val folded = StringBuilder()
        for ((i, point) in word.withIndex()) {
            val between = i > 0 && i + 1 < word.size && isLower(word[i - 1]) && isLower(word[i + 1])
            val plain = (if (between) inner[point] else null) ?: folding[point]
            if (plain == null) folded.appendCodePoint(point) else folded.append(plain)
        }
        return folded.toString().codePoints().toArray()
    }

    /** int32 (1, length) by input, (1, length, characters) for "char_ids". */
    fun encode(words: List<IntArray>, length: Int): Map<String, Any> {
        val entries = words.map { entries(it) }
        return names.associate { name ->
            "${name}_ids" to if (name == "char") {
                arrayOf(Array(length) { word -> characters(entries.getOrNull(word)) })
            } else {
                arrayOf(IntArray(length) { word ->
                    entries.getOrNull(word)?.let { id(name, it.getValue(name)) } ?: 0
                })
            }
        }
    }

    private fun characters(entries: Map<String, String>?): IntArray {
        val points = entries?.getValue("char")?.codePoints()?.toArray() ?: IntArray(0)
        return IntArray(maxChars) { i ->
            if (i < points.size) id("char", String(points, i, 1)) else 0
        }
    }

    private fun id(table: String, entry: String) = tables.getValue(table)[entry] ?: 1

    private fun entries(word: IntArray): Map<String, String> {
        val folded = fold(word)
        val form = IntArray(folded.size) {
            when (folded[it]) {
                in 'A'.code..'Z'.code -> folded[it] + 32
                in '0'.code..'9'.code -> '0'.code
                else -> folded[it]
            }
        }
        val whole = form.string()
        return mapOf(
            "word" to whole,
            "vector" to whole,
            "prefix" to form.take(prefix).toIntArray().string(),
            "suffix" to form.takeLast(suffix).toIntArray().string(),
            "shape" to shape(folded),
            "char" to clip(folded).string(),
        )
    }

    private fun IntArray.string() = String(this, 0, size)

    private fun clip(folded: IntArray): IntArray {
        if (folded.size <= maxChars) return folded
        val head = (maxChars + 1) / 2
        return (folded.take(head) + folded.takeLast(maxChars - head)).toIntArray()
    }

    private fun shape(folded: IntArray): String {
        val shape = StringBuilder()
        var last = -1
        var run = 0
        for (point in folded) {
            val kind = when (point) {
                in 'A'.code..'Z'.code -> 'X'.code
                in 'a'.code..'z'.code -> 'x'.code
                in '0'.code..'9'.code -> 'd'.code
                else -> point
            }
            run = if (kind == last) run + 1 else 1
            last = kind
            if (run <= 4) shape.appendCodePoint(kind)
        }
        return shape.toString()
    }
}

/** Raw scores of entities to precisions; of a student without curves, scores stay raw. */
private class Calibration(json: JSONObject) {
    private val curves = mutableMapOf<String, List<JSONArray>>()

    init {
        json.optJSONObject("postprocessing")?.optJSONObject("calibration")?.let { found ->
            for (type in found.keys()) {
                val knots = found.getJSONObject(type).getJSONArray("knots")
                curves[type] = List(knots.length()) { knots.getJSONArray(it) }
            }
        }
    }

    /** Straight lines between the knots, level beyond them. */
    fun precision(type: String, rawScore: Double): Double {
        val knots = curves[type] ?: return rawScore
        val after = knots.indexOfFirst { it.getDouble(0) > rawScore }
        if (after < 0) return knots.last().getDouble(1)
        if (after == 0) return knots.first().getDouble(1)
        val (one, other) = knots.subList(after - 1, after + 1)
        val share = (rawScore - one.getDouble(0)) / (other.getDouble(0) - one.getDouble(0))
        return one.getDouble(1) + share * (other.getDouble(1) - one.getDouble(1))
    }
}

private class Decoder(json: JSONObject) {
    val tags = json.getJSONArray("tags").strings()
    private val transitions = json.optJSONArray("transitions")
    private val never = Double.NEGATIVE_INFINITY
    private val start = DoubleArray(tags.size) { if (tags[it].startsWith("I-")) never else 0.0 }
    private val steps = Array(tags.size) { from ->
        DoubleArray(tags.size) { to ->
            val goesOn = from > 0 && tags[from].drop(2) == tags[to].drop(2)
            if (tags[to].startsWith("I-") && !goesOn) never
            else transitions?.getJSONArray(from)?.getDouble(to) ?: 0.0
        }
    }

    /** The best sequence of tags that IOB2 allows (Viterbi). */
    fun decode(logits: List<DoubleArray>): IntArray {
        var best = start plus logits[0]
        val origins = mutableListOf<IntArray>()
        for (row in logits.drop(1)) {
            val origin = IntArray(tags.size) { to ->
                tags.indices.reduce { one, other ->
                    if (best[other] + steps[other][to] > best[one] + steps[one][to]) other else one
                }
            }
            best = DoubleArray(tags.size) { best[origin[it]] + steps[origin[it]][it] + row[it] }
            origins.add(origin)
        }
        val path = IntArray(logits.size)
        path[path.size - 1] =
            tags.indices.reduce { one, other -> if (best[other] > best[one]) other else one }
        for (word in path.size - 1 downTo 1) path[word - 1] = origins[word - 1][path[word]]
        return path
    }

    /** The probability of each word's tag: by softmax, under a CRF over all sequences. */
    fun scores(logits: List<DoubleArray>, path: IntArray): List<Double> {
        val through = if (transitions == null) logits else throughAllSequences(logits)
        return through.indices.map { exp(through[it][path[it]] - logSum(through[it])) }
    }

    private fun throughAllSequences(logits: List<DoubleArray>): List<DoubleArray> {
        val after = MutableList(logits.size) { DoubleArray(tags.size) }
        for (word in logits.size - 1 downTo 1) {
            after[word - 1] = DoubleArray(tags.size) {
                logSum(steps[it] plus logits[word] plus after[word])
            }
        }
        var before = start plus logits[0]
        return logits.indices.map { word ->
            if (word > 0) {
                val last = before
                before = DoubleArray(tags.size) { to ->
                    logSum(DoubleArray(tags.size) { last[it] + steps[it][to] }) + logits[word][to]
                }
            }
            before plus after[word]
        }
    }

    private infix fun DoubleArray.plus(other: DoubleArray) = DoubleArray(size) { this[it] + other[it] }

    private fun logSum(values: DoubleArray): Double {
        var largest = never
        for (value in values) largest = maxOf(largest, value)
        if (largest == never) return never
        return largest + ln(values.sumOf { exp(it - largest) })
    }
}
