// Options that take secrets without saying so, by the programs that have them.
#pragma once

#include <cstdint>
#include <string_view>

namespace saker::redact {

/// Where an option's secret stands.
enum class Secret : uint8_t {
    attached,       // -psecret
    next,           // -a secret
    either,         // both
    after_colon,    // -u name:secret, attached too
    after_percent,  // -U name%secret, attached too
};

struct Option {
    std::string_view programs;  // names with a blank before and behind each
    std::string_view option;
    Secret secret;
};

inline constexpr Option kOptions[] = {
    {" mysql mysqldump mysqladmin mysqlimport mysqlshow mysqlcheck mysqlbinlog mysqlsh mariadb "
     "mariadb-dump mariadb-admin ",
     "-p", Secret::attached},
    {" 7z 7za 7zr ", "-p", Secret::attached},
    {" xfreerdp xfreerdp3 wlfreerdp ", "/p:", Secret::attached},
    {" sshpass mongo mongosh mongodump mongorestore rdesktop useradd usermod ", "-p",
     Secret::either},
    {" zip unzip zipcloak ipmitool ", "-P", Secret::either},
    {" ldapsearch ldapadd ldapmodify ldapdelete ldapwhoami ldappasswd ldapcompare ", "-w",
     Secret::either},
    {" redis-cli valkey-cli ", "-a", Secret::either},
    {" snmpget snmpwalk snmpset snmpbulkwalk snmpgetnext ", "-A", Secret::either},
    {" snmpget snmpwalk snmpset snmpbulkwalk snmpgetnext ", "-X", Secret::either},
    {" curl ", "-u", Secret::after_colon},
    {" curl ", "-U", Secret::after_colon},
    {" curl ", "--user", Secret::after_colon},
    {" curl ", "--proxy-user", Secret::after_colon},
    {" http https ", "-a", Secret::after_colon},
    {" smbclient rpcclient smbget smbmap net ", "-U", Secret::after_percent},
    {" smbclient rpcclient smbget smbmap net ", "--user", Secret::after_percent},
};

/// Whether some program that is known here is called so.
inline bool is_known_program(std::string_view name) {
    for (const Option& row : kOptions) {
        const size_t at = row.programs.find(name);
        if (!name.empty() && at != row.programs.npos && at > 0 && row.programs[at - 1] == ' ' &&
            row.programs[at + name.size()] == ' ') {
            return true;
        }
    }
    return false;
}

/// The option of that program the word is, or begins with.
inline const Option* find_option(std::string_view program, std::string_view word) {
    for (const Option& row : kOptions) {
        const size_t at = row.programs.find(program);
        const bool is_its = !program.empty() && at != row.programs.npos && at > 0 &&
                            row.programs[at - 1] == ' ' && row.programs[at + program.size()] == ' ';
        if (is_its && word.starts_with(row.option) &&
            (word.size() == row.option.size() || !row.option.starts_with("--") ||
             word[row.option.size()] == '=')) {
            return &row;
        }
    }
    return nullptr;
}

}  // namespace saker::redact
