"""Which C symbols each CPython exports, as far as that ever changed: what a library may expect of its tag."""

from collections.abc import Mapping

from wheelmatrix.model import Version

_ADDED: Mapping[Version, str] = {
    (3, 9): """
        PyBuffer_SizeFromFormat PyCMethod_New PyCMethod_Type PyFrame_GetBack PyFrame_GetCode
        PyInterpreterState_Get PyModule_AddType PyObject_CallNoArgs PyObject_CheckBuffer
        PyObject_GC_IsFinalized PyObject_GC_IsTracked PyObject_GET_WEAKREFS_LISTPTR PyObject_IS_GC
        PyObject_VectorcallDict PyObject_VectorcallMethod PyPegen_ASTFromFileObject PyPegen_ASTFromFilename
        PyPegen_ASTFromString PyPegen_ASTFromStringObject PyThreadState_GetFrame PyThreadState_GetID
        PyThreadState_GetInterpreter PyType_FromModuleAndSpec PyType_GetModule PyType_GetModuleState
        Py_EnterRecursiveCall Py_GenericAlias Py_GenericAliasType Py_LeaveRecursiveCall _PyErr_GetExcInfo
        _PyInterpreterState_GetEvalFrameFunc _PyInterpreterState_SetEvalFrameFunc _PyObject_FunctionStr
        _PyTrash_begin _PyTrash_end _PyUnicode_ScanIdentifier _Py_FatalErrorFormat _Py_FatalErrorFunc
        _Py_HashPointerRaw _Py_NewReference
    """,
    (3, 10): """
        PyAIter_Check PyCodec_Unregister PyDescr_IsData PyErr_RangedSyntaxLocationObject PyErr_SetInterruptEx
        PyExc_EncodingWarning PyGC_Disable PyGC_Enable PyGC_IsEnabled PyIter_Send PyModule_AddObjectRef
        PyObject_GetAIter Py_Is Py_IsFalse Py_IsNone Py_IsTrue Py_NewRef Py_XNewRef
        _PyErr_ProgramDecodedTextObject _PyNumber_Index _PyRun_AnyFileObject _PyRun_InteractiveLoopObject
        _PyRun_SimpleFileObject _Py_DecRef _Py_IncRef
    """,
    (3, 11): """
        PyCode_Addr2Location PyCode_GetCellvars PyCode_GetCode PyCode_GetFreevars PyCode_GetVarnames
        PyErr_GetHandledException PyErr_SetHandledException PyExc_BaseExceptionGroup PyFloat_Pack2
        PyFloat_Pack4 PyFloat_Pack8 PyFloat_Unpack2 PyFloat_Unpack4 PyFloat_Unpack8 PyFrame_GetBuiltins
        PyFrame_GetGenerator PyFrame_GetGlobals PyFrame_GetLasti PyFrame_GetLocals PyObject_CallOneArg
        PyObject_Vectorcall PyThreadState_EnterTracing PyThreadState_LeaveTracing PyType_GetModuleByDef
        PyType_GetName PyType_GetQualName PyType_SUPPORTS_WEAKREFS PyVectorcall_Function Py_GETENV Py_Version
        _PyObject_FastCall
    """,
    (3, 12): """
        PyCode_AddWatcher PyCode_ClearWatcher PyDict_AddWatcher PyDict_ClearWatcher PyDict_Unwatch
        PyDict_Watch PyErr_DisplayException PyErr_GetRaisedException PyErr_SetRaisedException
        PyEval_SetProfileAllThreads PyEval_SetTraceAllThreads PyException_GetArgs PyException_SetArgs
        PyFrame_GetVar PyFrame_GetVarString PyFunction_AddWatcher PyFunction_ClearWatcher
        PyFunction_SetVectorcall PyGen_GetCode PyObject_GetItemData PyObject_GetTypeData PyType_AddWatcher
        PyType_ClearWatcher PyType_FromMetaclass PyType_GetDict PyType_GetTypeDataSize PyType_Unwatch
        PyType_Watch PyUnstable_Code_GetExtra PyUnstable_Code_New PyUnstable_Code_NewWithPosOnlyArgs
        PyUnstable_Code_SetExtra PyUnstable_Eval_RequestCodeExtraIndex PyUnstable_Exc_PrepReraiseStar
        PyUnstable_GC_VisitObjects PyUnstable_InterpreterFrame_GetCode PyUnstable_InterpreterFrame_GetLasti
        PyUnstable_InterpreterFrame_GetLine PyUnstable_Long_CompactValue PyUnstable_Long_IsCompact
        PyUnstable_Object_GC_NewWithExtraData PyUnstable_PerfMapState_Fini PyUnstable_PerfMapState_Init
        PyUnstable_Type_AssignVersionTag PyUnstable_WritePerfMapEntry PyVectorcall_NARGS
        Py_NewInterpreterFromConfig _PyLong_FromDigits _Py_NewReferenceNoTotal
    """,
    (3, 13): """
        PyCriticalSection2_Begin PyCriticalSection2_End PyCriticalSection_Begin PyCriticalSection_End
        PyDict_ContainsString PyDict_GetItemRef PyDict_GetItemStringRef PyDict_Pop PyDict_PopString
        PyDict_SetDefaultRef PyErr_FormatUnraisable PyEval_GetFrameBuiltins PyEval_GetFrameGlobals
        PyEval_GetFrameLocals PyEvent_Wait PyEvent_WaitTimed PyExc_InterpreterError
        PyExc_InterpreterNotFoundError PyExc_PythonFinalizationError PyFrameLocalsProxy_Type
        PyImport_AddModuleRef PyList_Clear PyList_Extend PyList_GetItemRef PyLong_AsInt PyLong_AsNativeBytes
        PyLong_FromNativeBytes PyLong_FromUnsignedNativeBytes PyMapping_GetOptionalItem
        PyMapping_GetOptionalItemString PyMapping_HasKeyStringWithError PyMapping_HasKeyWithError PyModule_Add
        PyMonitoring_EnterScope PyMonitoring_ExitScope PyMutex_Lock PyMutex_Unlock PyObject_ClearManagedDict
        PyObject_DelAttr PyObject_DelAttrString PyObject_GenericHash PyObject_GetOptionalAttr
        PyObject_GetOptionalAttrString PyObject_HasAttrStringWithError PyObject_HasAttrWithError
        PyObject_VisitManagedDict PyRefTracer_GetTracer PyRefTracer_SetTracer PySys_AuditTuple
        PyThreadState_GetUnchecked PyThread_ParseTimeoutArg PyThread_acquire_lock_timed_with_retries
        PyThread_detach_thread PyThread_get_thread_ident_ex PyThread_join_thread
        PyThread_start_joinable_thread PyTime_AsSecondsDouble PyTime_Monotonic PyTime_MonotonicRaw
        PyTime_PerfCounter PyTime_PerfCounterRaw PyTime_Time PyTime_TimeRaw PyType_GetFullyQualifiedName
        PyType_GetModuleName PyUnicode_EqualToUTF8 PyUnicode_EqualToUTF8AndSize PyUnstable_AtExit
        PyUnstable_CopyPerfMapFile PyUnstable_ExecutableKinds PyUnstable_InterpreterState_GetMainModule
        PyUnstable_Object_ClearWeakRefsNoCallbacks PyUnstable_PerfTrampoline_CompileCode
        PyUnstable_PerfTrampoline_SetPersistAfterFork PyWeakref_GetRef Py_GetConstant Py_GetConstantBorrowed
        Py_HashPointer Py_IsFinalizing _PyObject_SetManagedDict _PyType_LookupRef _Py_ResurrectReference
    """,
    (3, 14): """
        PyBytes_Join PyConfig_Get PyConfig_GetInt PyConfig_Names PyConfig_Set PyContext_AddWatcher
        PyContext_ClearWatcher PyCriticalSection2_BeginMutex PyCriticalSection_BeginMutex
        PyImport_ImportModuleAttr PyImport_ImportModuleAttrString PyIter_NextItem PyLongWriter_Create
        PyLongWriter_Discard PyLongWriter_Finish PyLong_AsInt32 PyLong_AsInt64 PyLong_AsUInt32 PyLong_AsUInt64
        PyLong_Export PyLong_FreeExport PyLong_FromInt32 PyLong_FromInt64 PyLong_FromUInt32 PyLong_FromUInt64
        PyLong_GetNativeLayout PyLong_GetSign PyLong_IsNegative PyLong_IsPositive PyLong_IsZero
        PyMutex_IsLocked PyType_Freeze PyType_GetBaseByToken PyUnicodeWriter_Create
        PyUnicodeWriter_DecodeUTF8Stateful PyUnicodeWriter_Discard PyUnicodeWriter_Finish
        PyUnicodeWriter_Format PyUnicodeWriter_WriteASCII PyUnicodeWriter_WriteChar PyUnicodeWriter_WriteRepr
        PyUnicodeWriter_WriteStr PyUnicodeWriter_WriteSubstring PyUnicodeWriter_WriteUCS4
        PyUnicodeWriter_WriteUTF8 PyUnicodeWriter_WriteWideChar PyUnicode_DATA PyUnicode_Equal PyUnicode_KIND
        PyUnstable_EnableTryIncRef PyUnstable_IsImmortal PyUnstable_Object_EnableDeferredRefcount
        PyUnstable_Object_IsUniqueReferencedTemporary PyUnstable_Object_IsUniquelyReferenced
        PyUnstable_ThreadState_ResetStackProtection PyUnstable_ThreadState_SetStackProtection
        PyUnstable_TryIncRef PyWeakref_IsDead Py_HashBuffer Py_InitializeFromInitConfig Py_PACK_FULL_VERSION
        Py_PACK_VERSION Py_REFCNT Py_TYPE Py_fclose Py_fopen _Py_ForgetReference
    """,
    (3, 15): """
        PyABIInfo_Check PyArg_ParseArray PyArg_ParseArrayAndKeywords PyBytesWriter_Create
        PyBytesWriter_Discard PyBytesWriter_Finish PyBytesWriter_FinishWithPointer
        PyBytesWriter_FinishWithSize PyBytesWriter_Format PyBytesWriter_GetData PyBytesWriter_GetSize
        PyBytesWriter_Grow PyBytesWriter_GrowAndUpdatePointer PyBytesWriter_Resize PyBytesWriter_WriteBytes
        PyExc_ImportCycleError PyFrozenDict_New PyFrozenDict_Type PyImport_CreateModuleFromInitfunc
        PyImport_GetLazyImportsFilter PyImport_GetLazyImportsMode PyImport_SetLazyImportsFilter
        PyImport_SetLazyImportsMode PyInterpreterGuard_Close PyInterpreterGuard_FromCurrent
        PyInterpreterGuard_FromView PyInterpreterView_Close PyInterpreterView_FromCurrent
        PyInterpreterView_FromMain PyLazyImport_Type PyModule_Exec PyModule_FromSlotsAndSpec
        PyModule_GetStateSize PyModule_GetState_DuringGC PyModule_GetToken PyModule_GetToken_DuringGC
        PyObject_Dump PyObject_GetItemData_DuringGC PyObject_GetTypeData_DuringGC PySentinel_New
        PySentinel_Type PySys_GetAttr PySys_GetAttrString PySys_GetOptionalAttr PySys_GetOptionalAttrString
        PyThreadState_Ensure PyThreadState_EnsureFromView PyThreadState_Release PyTuple_FromArray
        PyType_FromSlots PyType_GetBaseByToken_DuringGC PyType_GetModuleByToken
        PyType_GetModuleByToken_DuringGC PyType_GetModuleState_DuringGC PyType_GetModule_DuringGC
        PyUnstable_DumpTraceback PyUnstable_DumpTracebackThreads PyUnstable_SetImmortal Py_IS_TYPE Py_SET_SIZE
        Py_SIZE _PyEval_UnpackIndices
    """,
}
"""Names by the first version that exports them.

Source: `nm -D --defined-only` of CPython 3.8.18, 3.9.18, 3.10.13, 3.11.7, 3.12.1, 3.13.0, 3.14.8 and 3.15.0 on Linux,
November 2026: every `Py…`, and each `_Py…` that a pyo3-ffi of 0.28 and 0.29 declares; what came, went and came again is
left out. When a name joined the *stable* ABI is another question: PyObject_GetBuffer is far older than its place there.
"""

_REMOVED: Mapping[Version, str] = {
    (3, 9): """
        PyAST_Check PyAST_Compile PyAST_mod2obj PyAST_obj2mod PyAsyncGen_ClearFreeLists PyAsyncGen_Fini
        PyBufferedIOBase_Type PyBufferedRWPair_Type PyBufferedRandom_Type PyBufferedReader_Type
        PyBufferedWriter_Type PyBytesIO_Type PyBytes_Fini PyCFunction_ClearFreeList PyCFunction_Fini
        PyCompileString PyContextTokenMissing_Type PyContext_ClearFreeList PyDict_ClearFreeList PyDict_Fini
        PyErr_Warn PyFPE_counter PyFPE_dummy PyFPE_jbuf PyFileIO_Type PyFloat_ClearFreeList PyFloat_Fini
        PyFrame_ClearFreeList PyFrame_Fini PyGen_NeedsFinalizing PyGrammar_AddAccelerators PyGrammar_FindDFA
        PyGrammar_LabelRepr PyGrammar_RemoveAccelerators PyIOBase_Type PyImport_Cleanup
        PyIncrementalNewlineDecoder_Type PyList_ClearFreeList PyList_Fini PyLong_Fini PyMethod_ClearFreeList
        PyMethod_Fini PyModule_GetWarningsModule PyNumber_AsOff_t PyNumber_InMatrixMultiply
        PyOS_FiniInterrupts PyOS_StdioReadline PyParser_AddToken PyParser_Delete PyParser_New PyRawIOBase_Type
        PySet_ClearFreeList PySet_Fini PySlice_Fini PyStringIO_Type PyTextIOBase_Type PyTextIOWrapper_Type
        PyTokenizer_FindEncoding PyTokenizer_FindEncodingFilename PyTokenizer_Free PyTokenizer_FromFile
        PyTokenizer_FromString PyTokenizer_FromUTF8 PyTokenizer_Get PyTuple_ClearFreeList PyTuple_Fini
        PyUnicode_ClearFreeList _PyUnicode_DecodeUnicodeEscape
    """,
    (3, 10): """
        PyAST_CompileEx PyAST_CompileObject PyAST_FromNode PyAST_FromNodeObject PyAST_Validate
        PyArena_AddPyObject PyArena_Free PyArena_Malloc PyArena_New PyFuture_FromAST PyFuture_FromASTObject
        PyLong_FromUnicode PyNode_AddChild PyNode_Compile PyNode_Free PyNode_ListTree PyNode_New
        PyOS_InitInterrupts PyParser_ASTFromFile PyParser_ASTFromFileObject PyParser_ASTFromString
        PyParser_ASTFromStringObject PyParser_ClearError PyParser_ParseFile PyParser_ParseFileFlags
        PyParser_ParseFileFlagsEx PyParser_ParseFileObject PyParser_ParseString PyParser_ParseStringFlags
        PyParser_ParseStringFlagsFilename PyParser_ParseStringFlagsFilenameEx PyParser_ParseStringObject
        PyParser_SetError PyParser_SimpleParseFile PyParser_SimpleParseFileFlags PyParser_SimpleParseString
        PyParser_SimpleParseStringFlags PyParser_SimpleParseStringFlagsFilename PyPegen_ASTFromFileObject
        PyPegen_ASTFromFilename PyPegen_ASTFromString PyPegen_ASTFromStringObject PySTEntry_Type PyST_GetScope
        PySymtable_Build PySymtable_BuildObject PySymtable_Free PyUnicode_AsUnicodeCopy PyUnicode_GetMax
        Py_SymtableString Py_SymtableStringObject Py_UNICODE_strcat Py_UNICODE_strchr Py_UNICODE_strcmp
        Py_UNICODE_strcpy Py_UNICODE_strlen Py_UNICODE_strncmp Py_UNICODE_strncpy Py_UNICODE_strrchr
        _PyCodec_Forget
    """,
    (3, 11): """
        PyFrame_BlockPop PyFrame_BlockSetup PyUnicodeEncodeError_Create PyUnicodeTranslateError_Create
        PyUnicode_Encode PyUnicode_EncodeASCII PyUnicode_EncodeCharmap PyUnicode_EncodeDecimal
        PyUnicode_EncodeLatin1 PyUnicode_EncodeRawUnicodeEscape PyUnicode_EncodeUTF16 PyUnicode_EncodeUTF32
        PyUnicode_EncodeUTF7 PyUnicode_EncodeUTF8 PyUnicode_EncodeUnicodeEscape
        PyUnicode_TransformDecimalToASCII PyUnicode_TranslateCharmap _PyEval_CallTracing _PyFloat_Pack2
        _PyFloat_Pack4 _PyFloat_Pack8 _PyFloat_Unpack2 _PyFloat_Unpack4 _PyFloat_Unpack8
        _PyFrame_DebugMallocStats _PyObject_GC_Calloc _PyObject_GC_Malloc
    """,
    (3, 12): """
        PyCode_New PyCode_NewWithPosOnlyArgs PyToken_OneChar PyToken_ThreeChars PyToken_TwoChars
        PyUnicode_AsUnicode PyUnicode_AsUnicodeAndSize PyUnicode_FromUnicode _PyCode_GetExtra _PyCode_SetExtra
        _PyErr_TrySetFromCause _PyEval_RequestCodeExtraIndex _PyUnicode_AsUnicode _PyUnicode_Ready
        _Py_GetAllocatedBlocks
    """,
    (3, 13): """
        PySymtable_Lookup Py_SetStandardStreamEncoding _PyAsyncGenAThrow_Type _PyAsyncGenWrappedValue_Type
        _PyCodecInfo_GetIncrementalDecoder _PyCodecInfo_GetIncrementalEncoder _PyCodec_DecodeText
        _PyCodec_EncodeText _PyCodec_Lookup _PyCodec_LookupTextEncoding _PyCoroWrapper_Type
        _PyErr_ChainExceptions _PyErr_CheckSignals _PyErr_GetExcInfo _PyErr_WriteUnraisableMsg
        _PyFloat_DebugMallocStats _PyFloat_FormatAdvancedWriter _PyGen_Finalize _PyList_DebugMallocStats
        _PyLong_AsInt _PyLong_FormatAdvancedWriter _PyLong_FormatBytesWriter _PyLong_FormatWriter
        _PyManagedBuffer_Type _PyMem_RawStrdup _PyMem_RawWcsdup _PyMethodWrapper_Type
        _PyModuleSpec_IsInitializing _PyModule_Clear _PyModule_ClearDict _PyObject_FastCall
        _PyObject_RealIsInstance _PyObject_RealIsSubclass _PyRun_AnyFileObject _PyRun_InteractiveLoopObject
        _PyRun_SimpleFileObject _PySequence_BytesToCharpArray _PySequence_IterSearch
        _PyThreadState_UncheckedGet _PyTrash_begin _PyTrash_end _PyTuple_DebugMallocStats
        _PyTuple_MaybeUntrack _PyUnicodeTranslateError_Create _PyUnicode_AsASCIIString
        _PyUnicode_AsLatin1String _PyUnicode_EQ _PyUnicode_EncodeCharmap _PyUnicode_EncodeUTF7
        _PyUnicode_EqualToASCIIId _PyUnicode_FastCopyCharacters _PyUnicode_FastFill _PyUnicode_FindMaxChar
        _PyUnicode_FormatAdvancedWriter _PyUnicode_FormatLong _PyUnicode_FromASCII
        _PyUnicode_InsertThousandsGrouping _PyUnicode_IsCaseIgnorable _PyUnicode_IsCased
        _PyUnicode_ToFoldedFull _PyUnicode_ToLowerFull _PyUnicode_ToTitleFull _PyUnicode_ToUpperFull
        _PyUnicode_XStrip _PyWeakref_GetWeakrefCount _Py_FatalErrorFormat _Py_FreeCharPArray _Py_HashPointer
        _Py_HashPointerRaw _Py_SourceAsString _Py_add_one_to_index_C _Py_add_one_to_index_F
        _Py_parse_inf_or_nan _Py_string_to_number_with_underscores
    """,
    (3, 14): """
        PyUnstable_InterpreterState_GetMainModule _Py_HashBytes
    """,
    (3, 15): """
        _PyCode_ConstantKey _PyObject_Dump _PyObject_SetManagedDict
    """,
}
"""Names by the first version that no longer exports them; same source."""

FIRST: Mapping[str, Version] = {name: version for version, names in _ADDED.items() for name in names.split()}
GONE: Mapping[str, Version] = {name: version for version, names in _REMOVED.items() for name in names.split()}
NEWEST: Version = max(_ADDED)
"""Newest Python that the lists know."""
