// One function per subcommand; each lives in a file of its own (cmd_<name>.cpp).
#pragma once

#include "cli/context.h"

namespace votebench::cli {

void add_run(CLI::App& app, Context& context);
void add_verify(CLI::App& app, Context& context);
void add_show(CLI::App& app, Context& context);
void add_report(CLI::App& app, Context& context);
void add_compare(CLI::App& app, Context& context);
void add_list(CLI::App& app, Context& context);
void add_clean(CLI::App& app, Context& context);
void add_prune(CLI::App& app, Context& context);
void add_validate(CLI::App& app, Context& context);
void add_schema(CLI::App& app, Context& context);
void add_init(CLI::App& app, Context& context);
void add_attach(CLI::App& app, Context& context);
void add_stack(CLI::App& app, Context& context);
void add_doctor(CLI::App& app, Context& context);

}  // namespace votebench::cli
