// The functions of TFLite's C API that this example calls, so that it compiles without
// TensorFlow's sources. They are binary stable: link any libtensorflowlite_c that has signature
// runners (TensorFlow 2.15 or newer, any LiteRT).
#pragma once

#include <cstddef>
#include <cstdint>

extern "C" {
struct TfLiteModel;
struct TfLiteInterpreterOptions;
struct TfLiteInterpreter;
struct TfLiteSignatureRunner;
struct TfLiteTensor;
typedef enum { kTfLiteOk = 0 } TfLiteStatus;

TfLiteModel* TfLiteModelCreateFromFile(const char* path);
void TfLiteModelDelete(TfLiteModel*);
TfLiteInterpreterOptions* TfLiteInterpreterOptionsCreate(void);
void TfLiteInterpreterOptionsSetNumThreads(TfLiteInterpreterOptions*, int32_t threads);
void TfLiteInterpreterOptionsDelete(TfLiteInterpreterOptions*);
TfLiteInterpreter* TfLiteInterpreterCreate(const TfLiteModel*, const TfLiteInterpreterOptions*);
void TfLiteInterpreterDelete(TfLiteInterpreter*);
TfLiteSignatureRunner* TfLiteInterpreterGetSignatureRunner(const TfLiteInterpreter*,
                                                           const char* signature);
void TfLiteSignatureRunnerDelete(TfLiteSignatureRunner*);
TfLiteStatus TfLiteSignatureRunnerResizeInputTensor(TfLiteSignatureRunner*, const char* input,
                                                    const int* shape, int32_t dimensions);
TfLiteStatus TfLiteSignatureRunnerAllocateTensors(TfLiteSignatureRunner*);
TfLiteTensor* TfLiteSignatureRunnerGetInputTensor(TfLiteSignatureRunner*, const char* input);
TfLiteStatus TfLiteSignatureRunnerInvoke(TfLiteSignatureRunner*);
const TfLiteTensor* TfLiteSignatureRunnerGetOutputTensor(const TfLiteSignatureRunner*,
                                                         const char* output);
TfLiteStatus TfLiteTensorCopyFromBuffer(TfLiteTensor*, const void* data, size_t bytes);
TfLiteStatus TfLiteTensorCopyToBuffer(const TfLiteTensor*, void* data, size_t bytes);
size_t TfLiteTensorByteSize(const TfLiteTensor*);
}
