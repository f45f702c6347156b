// Exceptions of rules, in all their shapes.
#include "tests/unit/rules/verdicts.h"

namespace rules = saker::rules;
using saker::Diagnostic;
using saker::Severity;
using namespace saker::testing;

TEST_CASE("exceptions become part of the condition") {
    const std::string open = "evt.type = open";
    check_expanded({
        {exception("{name: e, fields: proc.name, values: [a, b]}"),
         "(evt.type = open and not proc.name in (a, b))"},
        {exception("{name: e, fields: proc.name, comps: intersects, values: [a]}"),
         "(evt.type = open and not proc.name intersects (a))"},
        {exception("{name: e, fields: proc.name, comps: startswith oneof, values: [a, b]}"),
         "(evt.type = open and not proc.name startswith oneof (a, b))"},
        {exception("{name: e, fields: [proc.name], values: [[a], [b]]}"),
         "(evt.type = open and not (proc.name = a or proc.name = b))"},
        {exception("{name: e, fields: [proc.name, fd.name], comps: [=, startswith],"
                   " values: [[cron, /var/spool], [anacron, /etc]]}"),
         "(evt.type = open and not ((proc.name = cron and fd.name startswith /var/spool) or "
         "(proc.name = anacron and fd.name startswith /etc)))"},
        {exception("{name: e, fields: [proc.name, fd.name], comps: [in, pmatch],"
                   " values: [[[a, b], [/x, /y]]]}"),
         "(evt.type = open and not (proc.name in (a, b) and fd.name pmatch (/x, /y)))"},
        {exception("{name: e, fields: [proc.name], comps: [in], values: [[a]]}"),
         "(evt.type = open and not proc.name in (a))"},
        {exception("{name: e, fields: ['tolower(proc.name)'], values: [[a]]}"),
         "(evt.type = open and not tolower(proc.name) = a)"},
        {exception("{name: e, fields: [proc.name], values: [['toupper(proc.pname)']]}"),
         "(evt.type = open and not proc.name = toupper(proc.pname))"},
        {exception("{name: e, fields: [proc.pid], comps: [<], values: [[5]]}"),
         "(evt.type = open and not proc.pid < 5)"},
        {exception("{name: e, fields: [evt.res], values: []}"), open},
        {exception("{name: e, fields: [evt.res]}"), open},
        {exception("{name: e, fields: proc.name}"), open},
        // Values are values: quotes, blanks and parentheses in them are theirs.
        {exception("{name: e, fields: [proc.cmdline], values: [['say \"hi\" (x)']]}"),
         "(evt.type = open and not proc.cmdline = \"say \\\"hi\\\" (x)\")"},
        {exception("{name: e, fields: [proc.cmdline], values: [['\"a b\"']]}"),
         "(evt.type = open and not proc.cmdline = \"a b\")"},
        // Lists are known by their names in exceptions too.
        {"- list: l\n  items: [x, y]\n" +
             exception("{name: e, fields: [proc.name], comps: [in], values: [[l]]}"),
         "(evt.type = open and not proc.name in (x, y))"},
        {"- list: l\n  items: [x, y]\n" + exception("{name: e, fields: proc.name, values: [l, z]}"),
         "(evt.type = open and not proc.name in (x, y, z))"},
        // An `or` of the condition stays together.
        {rule_with("evt.type = open or evt.type = close",
                   "  exceptions: [{name: e, fields: proc.name, values: [a]}]\n"),
         "((evt.type = open or evt.type = close) and not proc.name in (a))"},
        // Appended values, and exceptions.
        {exception("{name: e, fields: proc.name}") + "- rule: r1\n  exceptions: [{name: e, values: "
                                                     "[a]}]\n  override: {exceptions: append}\n",
         "(evt.type = open and not proc.name in (a))"},
        {exception("{name: e, fields: proc.name, values: [a]}") +
             "- rule: r1\n  exceptions: [{name: f, fields: proc.pname, values: [b]}]\n"
             "  append: true\n",
         "(evt.type = open and not proc.name in (a) and not proc.pname in (b))"},
        {exception("{name: e, fields: proc.name, values: [a]}") +
             "- rule: r1\n  exceptions: []\n  override: {exceptions: replace}\n",
         open},
    });
}

TEST_CASE("exceptions that cannot be are refused") {
    check_refused({
        {exception("x"), kShape, "Rule exception must be a mapping"},
        {exception("{fields: proc.name, values: [a]}"), kShape, "no mapping for key 'name'"},
        {exception("{name: '', fields: proc.name}"), kShape, "Value must be non-empty"},
        {exception("{name: e, values: [a]}"), kShape, "no mapping for key 'fields'"},
        {exception("{name: e, fields: '', values: [a]}"), kShape, "Value must be non-empty"},
        {exception("{name: e, fields: , values: [a]}"), kValidate,
         "Rule exception item must have fields property"},
        {exception("{name: e, fields: proc.name, values: a}"), kShape,
         "Rule exception values must be a sequence"},
        {exception("{name: e, fields: proc.name, values: }"), kShape,
         "Rule exception values must be a sequence"},
        {exception("{name: e, fields: proc.name, values: ['']}"), kShape,
         "Value must be non-empty"},
        {exception("{name: e, fields: proc.name, values: [[a]]}"), kValidate,
         "Expected values array to contain a list of strings"},
        {exception("{name: e, fields: proc.name, comps: '=', values: [a]}"), kValidate,
         "comps must be one of (in, pmatch, intersects)"},
        {exception("{name: e, fields: proc.name, comps: [in], values: [a]}"), kValidate,
         "Fields and comps must both be strings"},
        {exception("{name: e, fields: [proc.name], comps: in, values: [[a]]}"), kValidate,
         "Fields and comps lists must have equal length"},
        {exception("{name: e, fields: [proc.name, fd.name], comps: [=], values: [[a, b]]}"),
         kValidate, "Fields and comps lists must have equal length"},
        {exception("{name: e, fields: [proc.name], comps: [like], values: [[a]]}"), kValidate,
         "'like' is not a supported comparison operator"},
        {exception("{name: e, fields: [proc.name], comps: [in oneof], values: [[a]]}"), kValidate,
         "'in oneof' is not a supported comparison operator"},
        {exception("{name: e, fields: [nosuch.field], values: [[a]]}"), kValidate,
         "'nosuch.field' is not a supported filter field"},
        {exception("{name: e, fields: [[proc.name]], values: [[a]]}"), kValidate,
         "is not a supported filter field"},
        {exception("{name: e, fields: [proc.name, fd.name], values: [[a]]}"), kValidate,
         "Fields and values lists must have equal length"},
        {exception("{name: e, fields: [proc.name], values: [a]}"), kValidate,
         "Fields and values lists must have equal length"},
        {exception("{name: e, fields: [proc.name], values: [[[a]]]}"), kCondition,
         "takes a single value"},
        {exception("{name: e, fields: [proc.pid], comps: [<], values: [[many]]}"), kCondition,
         "expected a number"},
        {exception("{name: e, fields: [proc.name], values: [['val(no.such)']]}"), kCondition,
         "no.such"},
        {exception("{name: e, fields: proc.name, values: [a]}") +
             "- rule: r1\n  exceptions: [{name: e, fields: proc.name, values: [b]}]\n"
             "  append: true\n",
         kValidate, "Can not append exception fields to existing exception, only values"},
        {exception("{name: e, fields: proc.name, values: [a]}") +
             "- rule: r1\n  exceptions: [{name: e, comps: in, values: [b]}]\n  append: true\n",
         kValidate, "Can not append exception comps to existing exception, only values"},
        {exception("{name: e, fields: proc.name, values: [a]}") +
             "- rule: r1\n  exceptions: [{name: f, values: [b]}]\n  append: true\n",
         kValidate, "Rule exception must have fields property"},
        {exception("{name: e, fields: proc.name, values: [a]}") +
             "- rule: r1\n  exceptions: [{name: f, fields: proc.name, values: []}]\n"
             "  append: true\n",
         kValidate, "Rule exception must have values property"},
    });
}
