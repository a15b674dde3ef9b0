using System.Collections;
using System.Collections.Specialized;
using System.Text;

namespace ConsulKvTools;

/// <summary>Something worth telling about the way of a write: what it is, the evidence, and what to do.</summary>
public sealed record ConsulFinding
{
    private const int LongestValue = 4000;
    private const string QuotedOnly = " #?";

    /// <summary>The stable code, for example <c>Acl.PermissionDenied</c>. Scripts may compare it.</summary>
    public required string Code { get; init; }

    /// <summary>The code's part before the dot: <c>Acl</c>. The whole code where it has none.</summary>
    internal string Area => Code.Split('.')[0];

    /// <summary>How much it matters for a write.</summary>
    public required FindingSeverity Severity { get; init; }

    /// <summary>Where on the write's way it lies.</summary>
    public required ConsulLayer Layer { get; init; }

    /// <summary>One line that names the fault, with the values of this case.</summary>
    public required string Title { get; init; }

    /// <summary>What was seen, by name, in the order it was seen. Read-only; never holds a secret.</summary>
    public required IDictionary Evidence { get; init; }

    /// <summary>Why this happens.</summary>
    public required string Cause { get; init; }

    /// <summary>What to do about it.</summary>
    public required string Remedy { get; init; }

    /// <summary>A command line that can be pasted; null where no single command mends it.</summary>
    public string? Command { get; init; }

    /// <summary>Where the code is explained: a page and section of this repository, relative to its root.</summary>
    public required string HelpUri { get; init; }

    /// <summary>The code of the finding that explains this one; null when it stands on its own.</summary>
    public string? BlockedBy { get; init; }

    /// <summary>The suppression that matched it, as the caller wrote it: <c>Code</c> or <c>Code=target</c>; null when it counts.</summary>
    public string? SuppressedBy { get; init; }

    /// <summary>True when the caller knows of it and does not want it to count: it is shown, but decides neither verdict nor root cause.</summary>
    public bool IsSuppressed => SuppressedBy is not null;

    /// <summary>The probe that found it; null when it came from a command.</summary>
    public string? Probe { get; init; }

    /// <summary>A finding of the catalogue, its texts filled from the evidence.</summary>
    /// <param name="code">A code of <see cref="FindingCatalogue"/>.</param>
    /// <param name="evidence">What was seen; pairs whose value is null are left out.</param>
    /// <exception cref="KeyNotFoundException">The catalogue has no such code.</exception>
    public static ConsulFinding Create(string code, params (string Name, object? Value)[] evidence)
    {
        var definition = FindingCatalogue.Get(code);
        var seen = new OrderedDictionary(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in evidence)
            if (value is not null) seen[name] = value;
        return new ConsulFinding
        {
            Code = definition.Code,
            Severity = definition.Severity,
            Layer = definition.Layer,
            // Evidence stays as it was seen; in texts for people nothing of it may steer a terminal or hide.
            Title = Fill(definition.Title, seen),
            Evidence = seen.AsReadOnly(),
            Cause = Fill(definition.Cause, seen),
            Remedy = Fill(definition.Remedy, seen),
            Command = definition.Command is null ? null : Fill(definition.Command, seen, forShell: true),
            HelpUri = HelpUriOf(definition.Code),
        };
    }

    /// <summary>The places of its texts that no evidence fills.</summary>
    internal IReadOnlyList<string> OpenPlaces
    {
        get
        {
            var definition = FindingCatalogue.Get(Code);
            return [.. string.Join(" ", definition.Title, definition.Cause, definition.Remedy, definition.Command)
                .Split('{').Skip(1).Select(after => after.Substring(0, Math.Max(0, after.IndexOf('}'))))
                .Where(name => name.Length > 0 && IsPlaceName(name) && EvidenceText.Of(Evidence[name]).Length == 0).Distinct(StringComparer.Ordinal)];
        }
    }

    /// <summary>The same finding, as it was created, with those of <paramref name="known"/> that fill an open place.</summary>
    internal ConsulFinding FilledFrom(params (string Name, object? Value)[] known)
    {
        var open = OpenPlaces;
        if (!known.Any(row => row.Value is not null && open.Contains(row.Name))) return this;
        return Create(Code, [.. Evidence.Cast<DictionaryEntry>().Select(row => ((string)row.Key, row.Value)), .. known.Where(row => open.Contains(row.Name))]);
    }

    /// <summary>The same finding, as it was created, with more evidence, or other evidence of the same name.</summary>
    internal ConsulFinding With(params (string Name, object? Value)[] more) => Create(Code, [.. Evidence.Cast<DictionaryEntry>().Select(row => ((string)row.Key, row.Value)), .. more]);

    /// <summary>Where <paramref name="code"/> is explained in the documentation.</summary>
    public static string HelpUriOf(string code) => "docs/findings.md#" + code.ToLowerInvariant().Replace(".", "");

    /// <inheritdoc/>
    public override string ToString() => $"{Code}: {Title}";

    /// <param name="template">A text of the catalogue.</param>
    /// <param name="evidence">What fills its places.</param>
    /// <param name="forShell">True for a command line: a value that a shell could read as more than a word is left out.</param>
    private static string Fill(string template, OrderedDictionary evidence, bool forShell = false)
    {
        var open = template.IndexOf('{');
        if (open < 0) return template;
        var text = new StringBuilder(template.Length + 32);
        var position = 0;
        while (open >= 0)
        {
            var close = template.IndexOf('}', open);
            var name = close > open ? template.Substring(open + 1, close - open - 1) : "";
            text.Append(template, position, open - position);
            if (name.Length > 0 && IsPlaceName(name))
            {
                var value = EvidenceText.Of(evidence[name]);
                if (!forShell) value = Printable.Text(value, LongestValue);
                // Between single quotes nothing is read as more than it is, and an empty value is a value: the prefix of all keys.
                var quoted = forShell && open > 0 && template[open - 1] == '\'' && close + 1 < template.Length && template[close + 1] == '\'';
                text.Append((value.Length == 0 && !(quoted && evidence.Contains(name))) || (forShell && !IsSafeWord(value, quoted ? QuotedOnly : "")) ? "<" + name + ">" : value);
                position = close + 1;
            }
            else
            {
                // A brace that opens no place, as in an HCL rule: it stays.
                text.Append('{');
                position = open + 1;
            }
            open = template.IndexOf('{', position);
        }
        return text.Append(template, position, template.Length - position).ToString();
    }

    private static bool IsSafeWord(string value, string more)
    {
        foreach (var letter in value)
            if (!(char.IsLetterOrDigit(letter) || letter is '.' or '_' or '-' or '/' or ':' or '@' or '+' or '=' or ',' || more.IndexOf(letter) >= 0)) return false;
        return true;
    }

    private static bool IsPlaceName(string name)
    {
        foreach (var letter in name)
            if (letter is not ((>= 'a' and <= 'z') or (>= 'A' and <= 'Z'))) return false;
        return true;
    }
}
