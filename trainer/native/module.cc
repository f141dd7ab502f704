// TensorFlow kernels of our own, as a Node-API module: loading it registers them with the TensorFlow that tfjs-node's addon is linked to. What each op
// means, its composition of plain ops and the comparison of both are in trainer/ops and tests/trainer. One translation unit, because reading
// TensorFlow's headers is most of the compiler's work.
#include <node_api.h>

#include "attention.h"
#include "cache_attention.h"
#include "cross_entropy.h"
#include "glu.h"
#include "lora.h"
#include "lora_linear.h"
#include "matmul.h"
#include "rms_norm.h"
#include "rope.h"
#include "vec_mat.h"

// exports.tiles: whether TuneboardMatMul is there and may run.
static napi_value init(napi_env env, napi_value exports) {
  bool tiles = false;
#ifdef TUNEBOARD_TILES
  tiles = tuneboard::tiles::allowed();
#endif
  napi_value value;
  if (napi_get_boolean(env, tiles, &value) == napi_ok) napi_set_named_property(env, exports, "tiles", value);
  return exports;
}
NAPI_MODULE(NODE_GYP_MODULE_NAME, init)
