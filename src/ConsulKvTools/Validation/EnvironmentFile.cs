using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text.Json;
using ConsulKvTools.Validation;

namespace ConsulKvTools.Commands;

/// <summary>Reads the description of an environment as PowerShell users write it: a table, a data file, JSON.</summary>
internal static class EnvironmentFile
{
    /// <summary>The checks it asks for; what cannot be read at all ends the command.</summary>
    /// <param name="cmdlet">The command it was given to.</param>
    /// <param name="path">A file; null for none.</param>
    /// <param name="data">A table, which is added to the file's; null for none.</param>
    public static IReadOnlyList<ConsulEnvironmentCheck> Read(PSCmdlet cmdlet, string? path, IDictionary? data)
    {
        var here = cmdlet.SessionState.Path.CurrentFileSystemLocation.ProviderPath;
        var problems = new List<(string, string)>();
        if (path is null) return Plan((IDictionary)Plain(data)!, here, problems);
        var file = FilePaths.Resolve(cmdlet, path, "-Path")!;
        IDictionary? table = null;
        try
        {
            var isJson = string.Equals(System.IO.Path.GetExtension(file), ".json", StringComparison.OrdinalIgnoreCase);
            table = isJson ? OfJson(File.ReadAllText(file), problems) : OfDataFile(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            cmdlet.ThrowTerminatingError(FindingErrors.Invalid(cmdlet, "-Path", $"{Printable.Text(path, 200)} cannot be read as the description of an environment: {Printable.Text(failure.Message, 300)}", path, ErrorCategory.InvalidData));
        }
        var folder = System.IO.Path.GetDirectoryName(file)!;
        return Plan(data is null ? table! : Joined(table!, (IDictionary)Plain(data)!, problems), folder, problems);
    }

    private static IReadOnlyList<ConsulEnvironmentCheck> Plan(IDictionary data, string folder, List<(string, string)> problems) =>
        EnvironmentDescription.Read(data, ConsulEnvironment.OfThisProcess(), path => System.IO.Path.GetFullPath(System.IO.Path.Combine(folder, path)), [.. problems]);

    /// <summary>A data file holds values only: nothing in it is run.</summary>
    private static IDictionary OfDataFile(string file)
    {
        if (!File.Exists(file)) throw new FileNotFoundException("there is no such file");
        var script = Parser.ParseFile(file, out _, out var errors);
        if (errors.Length > 0) throw new InvalidOperationException($"line {errors[0].Extent.StartLineNumber}: {errors[0].Message}");
        var table = script.Find(ast => ast is HashtableAst, searchNestedScriptBlocks: false)
            ?? throw new InvalidOperationException("it holds no table: @{ Agents = @{ … } }");
        return (IDictionary)Plain(table.SafeGetValue())!;
    }

    private static IDictionary OfJson(string text, List<(string, string)> problems)
    {
        using var document = JsonDocument.Parse(text, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        return OfJson(document.RootElement, "", problems) as IDictionary ?? throw new InvalidOperationException("it holds no object");
    }

    private static object? OfJson(JsonElement element, string place, List<(string, string)> problems)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var table = new Dictionary<string, object?>(StringComparer.Ordinal);
                foreach (var property in element.EnumerateObject())
                {
                    // An editor's help, not ours to check.
                    if (place.Length == 0 && property.Name == "$schema") continue;
                    var at = place.Length == 0 ? property.Name : place + "." + property.Name;
                    if (table.ContainsKey(property.Name)) problems.Add((at, "stands there twice"));
                    table[property.Name] = OfJson(property.Value, at, problems);
                }
                return table;
            case JsonValueKind.Array:
                return element.EnumerateArray().Select((one, index) => OfJson(one, $"{place}[{index}]", problems)).ToArray();
            case JsonValueKind.Number:
                return element.TryGetInt64(out var whole) ? whole : element.GetDouble();
            case JsonValueKind.String:
                return element.GetString();
            case JsonValueKind.Null:
                return null;
            default:
                return element.GetBoolean();
        }
    }

    /// <summary>The file's tables with the names of the other added, its lists with the other's behind them.</summary>
    private static IDictionary Joined(IDictionary file, IDictionary more, List<(string, string)> problems)
    {
        var joined = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry row in file)
        {
            var name = row.Key.ToString()!;
            if (joined.ContainsKey(name)) problems.Add((name, "stands there twice, in different letter case"));
            joined[name] = row.Value;
        }
        foreach (DictionaryEntry row in more)
        {
            var name = row.Key.ToString()!;
            joined.TryGetValue(name, out var before);
            var isNamed = string.Equals(name, "Agents", StringComparison.OrdinalIgnoreCase) || string.Equals(name, "Tokens", StringComparison.OrdinalIgnoreCase);
            if (before is null || row.Value is null || string.Equals(name, "Timeout", StringComparison.OrdinalIgnoreCase)) joined[name] = row.Value;
            else if (!isNamed) joined[name] = ListOf(before).Concat(ListOf(row.Value)).ToArray();
            else if (before is IDictionary names && row.Value is IDictionary others)
            {
                var all = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
                foreach (DictionaryEntry one in names) all[one.Key.ToString()!] = one.Value;
                foreach (DictionaryEntry one in others) all[one.Key.ToString()!] = one.Value;
                joined[name] = all;
            }
            else problems.Add((name, "is no table of names in both of -Path and -Data"));
        }
        return joined;
    }

    private static IEnumerable<object?> ListOf(object value) => value is string or IDictionary or not IEnumerable ? [value] : ((IEnumerable)value).Cast<object?>();

    private static Dictionary<string, object?> PlainTable(IDictionary table)
    {
        var plain = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (DictionaryEntry row in table) plain[row.Key.ToString()!] = Plain(row.Value);
        return plain;
    }

    /// <summary>Without PowerShell's wrappings; a credential is its password.</summary>
    private static object? Plain(object? value) => (value is PSObject wrapped ? wrapped.BaseObject : value) switch
    {
        PSCustomObject => ((PSObject)value!).Properties.ToDictionary(row => row.Name, row => Plain(row.Value)),
        PSCredential credential => credential.Password,
        IDictionary table => PlainTable(table),
        string text => text,
        IEnumerable list => list.Cast<object?>().Select(Plain).ToArray(),
        var other => other,
    };
}
