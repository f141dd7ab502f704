/**
 * The pinned wheels: which library files of TensorFlow are used on which machine, with the sum that pip checks. The libraries in a
 * wheel are the same for every Python version (compared: cp311 and cp312), so one wheel per machine is pinned and Python's own version
 * does not matter. CUDA libraries: the newest inside the ranges that tensorflow[and-cuda] 2.21 names.
 */

const tensorflowFiles = ['tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2', 'tensorflow/include/']

const cpuX64 = {
  package: 'tensorflow-cpu', version: '2.21.0', platform: 'manylinux_2_27_x86_64', bytes: 274_000_871, keep: tensorflowFiles,
  sha256: 'dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb',
}
const cpuArm64 = {
  package: 'tensorflow', version: '2.21.0', platform: 'manylinux_2_27_aarch64', bytes: 281_946_471, keep: tensorflowFiles,
  sha256: 'b07d15737406533898e36c7ef7944b1be18e9028dc521b9229952c537bbc5552',
}
const cudaX64 = {
  package: 'tensorflow', version: '2.21.0', platform: 'manylinux_2_27_x86_64', bytes: 572_611_111, keep: tensorflowFiles,
  sha256: 'b3b95643c4e70eb925839938fb35cbe142f317ec84af6844ee61513713bb13c0',
}

/** One of NVIDIA's wheels: the libraries and tools, without headers. */
const nvidia = (name, version, platform, bytes, sha256) => ({
  package: `nvidia-${name.replaceAll('_', '-')}-cu12`, version, platform, bytes, sha256,
  keep: ['lib', 'bin', 'nvvm'].map((folder) => `nvidia/${name}/${folder}/`),
})

const cudaLibraries = [
  nvidia('cublas', '12.9.3.13', 'manylinux_2_27_x86_64', 581_217_458, 'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72'),
  nvidia('cuda_cupti', '12.9.79', 'manylinux_2_25_x86_64', 10_814_997, '096bcf334f13e1984ba36685ad4c1d6347db214de03dbb6eebb237b41d9d934f'),
  nvidia('cuda_nvcc', '12.9.86', 'manylinux2010_x86_64', 40_546_229, '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0'),
  nvidia('cuda_nvrtc', '12.9.86', 'manylinux2010_x86_64', 89_568_129, '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4'),
  nvidia('cuda_runtime', '12.9.79', 'manylinux2014_x86_64', 3_493_179, '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3'),
  nvidia('cudnn', '9.28.0.42', 'manylinux_2_27_x86_64', 716_538_495, '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375'),
  nvidia('cufft', '11.4.1.4', 'manylinux2014_x86_64', 200_877_592, 'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28'),
  nvidia('curand', '10.3.10.19', 'manylinux_2_27_x86_64', 68_295_626, '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e'),
  nvidia('cusolver', '11.7.5.82', 'manylinux_2_27_x86_64', 338_117_415, '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88'),
  nvidia('cusparse', '12.5.10.65', 'manylinux2014_x86_64', 366_465_088, '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78'),
  nvidia('nccl', '2.32.3', 'manylinux_2_27_x86_64', 351_526_311, 'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c'),
  nvidia('nvjitlink', '12.9.86', 'manylinux2010_x86_64', 39_748_338, 'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9'),
]

/** `<kind>-<process.platform>-<process.arch>` → the wheels of that library folder. */
export const libraries = {
  'cpu-linux-x64': [cpuX64],
  'cpu-linux-arm64': [cpuArm64],
  'cuda-linux-x64': [cudaX64, ...cudaLibraries],
}
