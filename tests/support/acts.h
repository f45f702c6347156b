/* What the files of `acts` share: how an act is done, and those that set a stage for another. */
#pragma once

/* Does the act the first word names; the exit status. */
int run(char** words);

/* Each takes the words behind its name, NULL-terminated: 0, or -1 with errno. */
int act_exec_copy(char** words);
int act_exec_memfd(char** words);
int act_exec_padded(char** words);
int act_after(char** words);
int act_meet(char** words);
int act_on_terminal(char** words);
int act_bound(char** words);
