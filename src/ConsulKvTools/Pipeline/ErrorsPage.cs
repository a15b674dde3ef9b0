using System.Text;

namespace ConsulKvTools.Commands;

/// <summary>The table of error ids as one Markdown page: <c>docs/errors.md</c>, held against the code by the suite Errors.</summary>
internal static class ErrorsPage
{
    private const string Introduction = """
        # Errors

        Generated from the catalogue of findings and the code; do not edit. What a code means and how to mend it: [findings.md](findings.md), or
        `Get-ConsulFinding CODE`.

        Every error of this module that is not PowerShell's own carries

        | member | holds |
        |---|---|
        | `FullyQualifiedErrorId` | the finding's code and, as PowerShell appends it, the command's type: `Acl.PermissionDenied,ConsulKvTools.Commands.SetConsulKvCommand`. Compare with `-like 'Acl.PermissionDenied,*'` |
        | `Exception` | a `ConsulKvTools.ConsulException` of the finding's kind (below), whose `Finding` has code, evidence, cause, remedy and command |
        | `TargetObject` | the input that failed |
        | `CategoryInfo.Category` | PowerShell's category (below) |
        | `ErrorDetails.Message` | what is wrong and why; `"$_"` is this text |
        | `ErrorDetails.RecommendedAction` | the remedy, with a command where one mends or proves it |

        ```powershell
        try { Set-ConsulKv app/x 1 -ErrorAction Stop }
        catch [ConsulKvTools.ConsulAclException] { "ask for: $($_.Exception.Finding.Command)" }
        catch [ConsulKvTools.ConsulConflictException] { 'somebody else was first: read again' }
        catch [ConsulKvTools.ConsulUnknownOutcomeException] { 'read with Get-ConsulKvConsistent before trying again' }
        catch [ConsulKvTools.ConsulException] { "$($_.Exception.Finding.Code): $_"; $_.ErrorDetails.RecommendedAction }
        ```

        """;

    /// <summary>The whole page.</summary>
    public static string Render()
    {
        var rows = FindingCatalogue.All.Select(row => (row.Code, row.Area, Category: FindingErrors.CategoryOf(row.Code, row.Layer), Type: ConsulException.From(ConsulFinding.Create(row.Code)).GetType())).ToArray();
        var page = new StringBuilder(Introduction.Replace("\r\n", "\n"));
        page.Append("\n## Exception types\n\nAll in the namespace `ConsulKvTools`. A type in the second column also catches those derived from it.\n\n| type | derived from | codes |\n|---|---|---|\n");
        foreach (var type in Types(typeof(ConsulException)))
            page.Append($"| `{type.Name}` | {(type.BaseType == typeof(Exception) ? "" : $"`{type.BaseType!.Name}`")} | {Codes(type, rows.Select(row => (row.Code, row.Area, row.Type)).ToArray())} |\n");
        page.Append("\n`ConsulUnknownOutcomeException` is also the type of any code with which a write ended whose outcome is `Unknown`.\n");

        page.Append("\n## Which command gives which\n\n| codes | commands | the command | target |\n|---|---|---|---|\n");
        foreach (var family in ErrorFamily.OfFindings)
            page.Append($"| {string.Join(", ", family.Ids.Select(id => $"`{id}.*`"))} | {string.Join(", ", family.Commands.Select(Code))} | {family.Ends} | {family.Target} |\n");
        page.Append("\n`-ErrorAction Stop` makes each of them end the command; the exception type in `catch` is the same. Commands that write emit the result\nbefore the error. `Test-ConsulConnectivity` and `Invoke-ConsulDiagnosis` report what is wrong with Consul as their result, not as an error.\n");

        page.Append("\n## Ids of PowerShell's own\n\nWhen a parameter cannot be bound. The exception is a `ParameterBindingException`, and the message names the parameter.\n\n| id | category | when |\n|---|---|---|\n");
        foreach (var (id, category, when) in ErrorFamily.OfBinding) page.Append($"| `{id}` | {category} | {when} |\n");

        page.Append("\n## Ids of findings\n\n| id | category | exception |\n|---|---|---|\n");
        foreach (var row in rows) page.Append($"| [{row.Code}](findings.md#{row.Code.ToLowerInvariant().Replace(".", "")}) | {row.Category} | {row.Type.Name} |\n");
        return page.ToString();
    }

    /// <summary>A type and, after each, those derived from it.</summary>
    private static IEnumerable<Type> Types(Type type) =>
        [type, .. typeof(ConsulException).Assembly.GetExportedTypes().Where(other => other.BaseType == type).OrderBy(other => other.Name, StringComparer.Ordinal).SelectMany(Types)];

    /// <summary>Whole areas where all of an area are of this type, else the codes.</summary>
    private static string Codes(Type type, (string Code, string Area, Type Type)[] rows) =>
        string.Join(", ", rows.GroupBy(row => row.Area).OrderBy(area => area.Key, StringComparer.Ordinal).SelectMany(area =>
        {
            var own = area.Where(row => row.Type == type).Select(row => row.Code).ToArray();
            var others = area.Select(row => row.Code).Except(own).ToArray();
            return own.Length == 0 ? [] : others.Length == 0 ? [Code(area.Key + ".*")]
                : own.Length > others.Length ? [$"{Code(area.Key + ".*")} but for {string.Join(" and ", others.Select(Code))}"]
                : own.Select(Code).ToArray();
        }));

    private static string Code(string text) => text == "every command" ? text : $"`{text}`";
}
