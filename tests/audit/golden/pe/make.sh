# Makes the DLLs beside it: `sh make.sh` with ziglang 0.15.2 installed. README.md says what each is for.
set -e
zig() { ${ZIG:-python -m ziglang} "$@"; }

# dll FILE ARCH SOURCE DLL=SYMBOL,SYMBOL … : a DLL from SOURCE that imports those symbols
dll() {
  out=$1 arch=$2 source=$3; shift 3
  case $arch in x86) machine=i386 stdcall=@0 ;; aarch64) machine=arm64 stdcall= ;; *) machine=i386:x86-64 stdcall= ;; esac
  libraries=
  for one in "$@" "KERNEL32.dll=GetLastError$stdcall"; do
    { echo "LIBRARY ${one%%=*}"; echo EXPORTS; echo "${one#*=}" | tr , '\n'; } > one.def
    zig dlltool -k -m "$machine" -d one.def -l "${one%%=*}.$arch.lib"
    libraries="$libraries ${one%%=*}.$arch.lib"
  done
  echo "#define EXPORT __attribute__((dllexport))
    int __stdcall _DllMainCRTStartup(void *self, unsigned why, void *more) { return 1; }
    unsigned __stdcall GetLastError(void);
    $source" > demo.c
  zig cc -target "$arch-windows-gnu" -shared -nostdlib -Os -s -o "$out" demo.c $libraries
}

# module SYMBOL … : a module that calls the first symbol from its PyInit_demo, and the others too
module() {
  for one in "$@"; do echo "void *$one(void);"; done
  echo "EXPORT void *${entry:-PyInit_demo}(void) { void *last = (void *)(unsigned long long)GetLastError();"
  for one in "$@"; do echo "last = (char *)last + (unsigned long long)$one();"; done
  echo "return last; }"
}

init=PyModule_Create2
dll abi3_amd64.dll      x86_64  "$(module $init)" python3.dll=$init
dll abi3_x86.dll        x86     "$(module $init)" python3.dll=$init
dll abi3_arm64.dll      aarch64 "$(module $init)" python3.dll=$init
dll cp312.dll           x86_64  "$(module $init)" python312.dll=$init
dll cp314t.dll          x86_64  "$(module $init)" python314t.dll=$init
dll pp311.dll           x86_64  "$(module PyPyModule_Create2)" libpypy3.11-c.dll=PyPyModule_Create2
dll gp312.dll           x86_64  "$(module $init)" python-native.dll=$init
dll mingw_python.dll    x86_64  "$(module $init)" libpython3.12.dll=$init
dll debug_python.dll    x86_64  "$(module $init)" python312_d.dll=$init
dll no_python.dll       x86_64  "$(module)"
dll two_pythons.dll     x86_64  "$(module $init PyList_New)" python3.dll=$init python312.dll=PyList_New
dll not_stable.dll      x86_64  "$(module $init PyUnicode_New)" python3.dll=$init,PyUnicode_New
newer=PyObject_GetBuffer,PyErr_SetFromWindowsErr
dll stable_3_11.dll     x86_64  "$(module $init PyObject_GetBuffer PyErr_SetFromWindowsErr)" python3.dll=$init,$newer
entry=PyModExport_demo
dll abi3t.dll           x86_64  "$(module PyList_New)" python3t.dll=PyList_New
entry=PyInit_other
dll other_entry.dll     x86_64  "$(module $init)" python3.dll=$init
entry=
dll ucrt.dll            x86_64  "$(module $init _callnewh __C_specific_handler)" python3.dll=$init \
                                api-ms-win-crt-heap-l1-1-0.dll=_callnewh vcruntime140.dll=__C_specific_handler
dll vcruntime140_1.dll  x86_64  "$(module $init __CxxFrameHandler4)" python3.dll=$init VCRUNTIME140_1.dll=__CxxFrameHandler4
dll msvcrt.dll          x86_64  "$(module $init _getpid)" python3.dll=$init msvcrt.dll=_getpid
dll msvcp140.dll        x86_64  "$(module $init _Thrd_yield)" python3.dll=$init MSVCP140.dll=_Thrd_yield
dll debug_crt.dll       x86_64  "$(module $init _CrtDbgReport)" python3.dll=$init ucrtbased.dll=_CrtDbgReport
dll mingw.dll           x86_64  "$(module $init _Unwind_Resume)" python3.dll=$init libgcc_s_seh-1.dll=_Unwind_Resume
dll foo.dll             x86_64  "$(module $init foo)" python3.dll=$init foo.dll=foo
dll by_ordinal.dll      x86_64  "$(module $init)" 'python3.dll=PyModule_Create2 @7 NONAME'
rm -f one.def demo.c *.lib
