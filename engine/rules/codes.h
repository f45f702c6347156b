// The stable codes of mistakes and warnings about rule files.
#pragma once

namespace saker::rules::codes {

// Errors: nothing is loaded.
inline constexpr const char* kFileRead = "LOAD_ERR_FILE_READ";
inline constexpr const char* kYamlParse = "LOAD_ERR_YAML_PARSE";
inline constexpr const char* kYamlValidate = "LOAD_ERR_YAML_VALIDATE";
inline constexpr const char* kCondition = "LOAD_ERR_COMPILE_CONDITION";
inline constexpr const char* kOutput = "LOAD_ERR_COMPILE_OUTPUT";
inline constexpr const char* kValidate = "LOAD_ERR_VALIDATE";

// Warnings: the rule is loaded, except for the first two.
inline constexpr const char* kUnknownSource = "LOAD_UNKNOWN_SOURCE";
inline constexpr const char* kUnknownFilter = "LOAD_UNKNOWN_FILTER";
inline constexpr const char* kNoEventType = "LOAD_NO_EVTTYPE";
inline constexpr const char* kUnusedMacro = "LOAD_UNUSED_MACRO";
inline constexpr const char* kUnusedList = "LOAD_UNUSED_LIST";
inline constexpr const char* kUnknownItem = "LOAD_UNKNOWN_ITEM";
inline constexpr const char* kUnknownKey = "LOAD_UNKNOWN_KEY";
inline constexpr const char* kDeprecated = "LOAD_DEPRECATED_ITEM";
inline constexpr const char* kAppendNoValues = "LOAD_APPEND_NO_VALUES";
inline constexpr const char* kExceptionName = "LOAD_EXCEPTION_NAME_NOT_UNIQUE";
inline constexpr const char* kMacroName = "LOAD_INVALID_MACRO_NAME";
inline constexpr const char* kListName = "LOAD_INVALID_LIST_NAME";

// Saker's own.
inline constexpr const char* kNeverMatches = "SAKER_NEVER_MATCHES";
inline constexpr const char* kNameTooLong = "SAKER_NAME_TOO_LONG";
inline constexpr const char* kCaptureIgnored = "SAKER_CAPTURE_IGNORED";
inline constexpr const char* kDuplicateKey = "SAKER_DUPLICATE_KEY";
inline constexpr const char* kWritable = "FILE_WRITABLE_BY_OTHERS";

}  // namespace saker::rules::codes
