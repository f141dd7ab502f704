// The addon that Node loads in place of tfjs-node's own, which lies beside it. TensorFlow 2.21 writes lines about oneDNN to standard error while its
// library is being loaded, before any setting of its logs can reach it; so standard error is closed for that moment. Everything
// that TensorFlow says later comes through.
#include <dlfcn.h>
#include <fcntl.h>
#include <node_api.h>
#include <unistd.h>

#include <cstdio>
#include <string>

static void* LoadSilently(const char* path) {
  fflush(stderr);
  const int saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (saved >= 0 && nowhere >= 0) dup2(nowhere, STDERR_FILENO);
  void* library = dlopen(path, RTLD_NOW);
  fflush(stderr);
  if (saved >= 0) dup2(saved, STDERR_FILENO);
  if (saved >= 0) close(saved);
  if (nowhere >= 0) close(nowhere);
  return library;
}

static napi_value Fail(napi_env env, const char* problem) {
  napi_throw_error(env, "ERR_DLOPEN_FAILED", problem != nullptr ? problem : "unknown loader error");
  return nullptr;
}

static napi_value Init(napi_env env, napi_value exports) {
  Dl_info self;
  if (dladdr(reinterpret_cast<void*>(&LoadSilently), &self) == 0) return Fail(env, "this addon cannot find its own path");
  std::string path(self.dli_fname);
  path.resize(path.rfind('/') + 1);
  path += "tfjs_tensorflow.node";
  void* library = LoadSilently(path.c_str());
  if (library == nullptr) return Fail(env, dlerror());
  using Register = napi_value (*)(napi_env, napi_value);
  const auto enter = reinterpret_cast<Register>(dlsym(library, "napi_register_module_v1"));
  return enter == nullptr ? Fail(env, dlerror()) : enter(env, exports);
}

NAPI_MODULE(NODE_GYP_MODULE_NAME, Init)
