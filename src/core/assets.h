// Where the files are that come with the program: scenarios/, infra/, ansible/. In a checkout they
// stand above the program (build/release/votebench), installed in share/votebench beside its bin/.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

namespace votebench {

// The file that this process runs; empty: the system does not say.
[[nodiscard]] std::filesystem::path own_program();

// The folders in which they may be, the likeliest first. Nothing is looked at.
[[nodiscard]] std::vector<std::filesystem::path> asset_folders(
    const std::filesystem::path& program = own_program());

// Where `file`, such as "scenarios/quick.yaml", is among them; nullopt: nowhere.
[[nodiscard]] std::optional<std::filesystem::path> find_asset(
    const std::filesystem::path& file, const std::filesystem::path& program = own_program());

}  // namespace votebench
