"""Names in an export folder.

manifest.json            what is here, and how its tags compare with the Keras student's
README.md                the model card, which may be edited: the manifest has no checksum of it
tables.json              words to ids, ids to tags
student_float32.tflite   float32 weights
student_float16.tflite   float16 weights
student_int8.tflite      dynamic-range int8 weights, word vectors of four bits a number
tagger.pyz               the Python runtime in one file
saved_model/1/           a version folder of TF Serving, whose base path is saved_model
serving/                 configuration files of TF Serving
web/                     a page for static servers; only if it was asked for
bioner_….whl             tables and one .tflite model, for pip install; only if it was asked for
"""

MANIFEST = "manifest.json"
MANIFEST_FORMAT = 1
ARCHIVE = "tagger.pyz"

FLOAT32, FLOAT16, INT8 = "float32", "float16", "int8"
SAVED_MODEL = "saved_model"
# In the order of preference where nobody chose: float32 gives the tags that were scored.
FORMS = (FLOAT32, FLOAT16, INT8, SAVED_MODEL)
# A page is no form that the runtime opens.
WEB = "web"
TFLITE_FILES = {form: f"student_{form}.tflite" for form in (FLOAT32, FLOAT16, INT8)}

# A TFLite model has one signature a length, named t16 and so on, for one sentence; one for a
# sentence of any number of words; and one for any number of sentences.
LENGTHS = (16, 32, 64, 128, 256, 512)
ANY_LENGTH = "dyn"
BATCH = "batch"
LOGITS = "logits"
# A SavedModel has two: text in and tagged words out, and word features in and logits out.
SERVING, FEATURES = "serving_default", "features"
# The text signature's input, its outputs a word (texts, longest), and its outputs a text. Students
# that were exported before tables of format 3 have neither IN_ENTITY nor POSTPROCESSING.
TEXT, NUM_WORDS, POSTPROCESSING = "text", "num_words", "postprocessing"
IN_ENTITY = "in_entity"
WORD_OUTPUTS = ("words", "tags", "scores", "starts", "ends", IN_ENTITY)
# What TF Serving calls the model, in the configuration files that come with it.
MODEL_NAME = "bioner"
SERVING_CONFIGS = "serving"
WARM_UP = "assets.extra/tf_serving_warmup_requests"
# The tables travel inside a SavedModel too: its clients need them, and its folder goes alone.
SAVED_MODEL_TABLES = "assets.extra/tables.json.gz"


def length_signature(words: int) -> str:
    """Name of the signature for sentences that are padded to a number of words."""
    return f"t{words}"
