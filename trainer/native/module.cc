// TensorFlow kernels of our own, as a Node-API module: loading it registers them with the TensorFlow that tfjs-node's addon is linked to. What each op
// means, its composition of plain ops and the comparison of both are in trainer/ops and tests/trainer. One translation unit, because reading
// TensorFlow's headers is most of the compiler's work.
#include <node_api.h>

#include "attention.h"
#include "cache_attention.h"
#include "cross_entropy.h"
#include "glu.h"
#include "lora.h"
#include "rms_norm.h"
#include "rope.h"
#include "vec_mat.h"

static napi_value init(napi_env, napi_value exports) { return exports; }
NAPI_MODULE(NODE_GYP_MODULE_NAME, init)
