using System.Collections;
using System.Globalization;
using System.Security;
using System.Text.RegularExpressions;
using ConsulKvTools.Diagnosis;
using ConsulKvTools.Sessions;

namespace ConsulKvTools.Validation;

/// <summary>
/// One table of the description, read name by name. Whatever is wrong with a value is a problem that names its place, and so is every name
/// that nobody asked for: nothing that was written stays unchecked without a word.
/// </summary>
internal sealed class EnvironmentEntry
{
    private readonly Dictionary<string, object?> rows = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> known = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<(string Place, string Problem)> problems;

    public EnvironmentEntry(IDictionary table, string place, List<(string Place, string Problem)> problems)
    {
        this.problems = problems;
        Place = place;
        foreach (DictionaryEntry row in table)
        {
            var name = Convert.ToString(row.Key, CultureInfo.InvariantCulture) ?? "";
            if (rows.ContainsKey(name)) Problem(name, "stands here twice, in different letter case");
            rows[name] = row.Value;
        }
    }

    /// <summary>Where it stands, such as <c>Keys[2]</c>; empty for the whole description.</summary>
    public string Place { get; }

    /// <summary>The names that were written, as written.</summary>
    public IEnumerable<string> Names => rows.Keys;

    public bool Has(string name) => rows.ContainsKey(name);

    public void Problem(string? name, string problem) => problems.Add((PlaceOf(name), problem));

    /// <summary>The value as it is; false when the name was not written, or nothing stands behind it, which is a problem.</summary>
    public bool Take(string name, out object value)
    {
        known.Add(name);
        value = "";
        if (!rows.TryGetValue(name, out var given)) return false;
        if (given is null)
        {
            Problem(name, "has no value: what was to fill it was empty");
            return false;
        }
        value = given;
        return true;
    }

    public string? Text(string name)
    {
        if (!Take(name, out var value)) return null;
        if (value is string { Length: > 0 } text) return text;
        if (value is Uri address) return address.OriginalString;
        Problem(name, value is string ? "is empty" : $"is a {Kind(value)}; text is wanted");
        return null;
    }

    public bool? Flag(string name)
    {
        if (!Take(name, out var value)) return null;
        if (value is bool flag) return flag;
        Problem(name, $"is a {Kind(value)}; $true or $false is wanted");
        return null;
    }

    public double? Number(string name)
    {
        if (!Take(name, out var value)) return null;
        if (value is sbyte or byte or short or ushort or int or uint or long or ulong or float or double or decimal) return Convert.ToDouble(value, CultureInfo.InvariantCulture);
        Problem(name, $"is a {Kind(value)}; a number is wanted");
        return null;
    }

    public int? Whole(string name, int least)
    {
        if (Number(name) is not { } number) return null;
        if (number >= least && number <= int.MaxValue && Math.Floor(number) == number) return (int)number;
        Problem(name, $"is {number.ToString(CultureInfo.InvariantCulture)}; a whole number of {least} or more is wanted");
        return null;
    }

    public TimeSpan? Duration(string name)
    {
        if (!Take(name, out var value)) return null;
        if ((value is TimeSpan time || (value is string text && GoDuration.TryParse(text, out time))) && time > TimeSpan.Zero && time <= TimeSpan.FromDays(1)) return time;
        Problem(name, $"is {(value is string or TimeSpan ? $"'{Printable.Text(value.ToString(), 40)}'" : $"a {Kind(value)}")}; a duration above zero and of one day at most is wanted, such as 500ms, 5s or 1m30s");
        return null;
    }

    /// <summary>One text, or a list of texts; null when not written.</summary>
    public IReadOnlyList<string>? Texts(string name)
    {
        if (!Take(name, out var value)) return null;
        var found = new List<string>();
        var index = 0;
        foreach (var one in value is string or not IEnumerable or IDictionary ? new[] { value } : (IEnumerable)value)
        {
            if (one is string { Length: > 0 } text) found.Add(text);
            else Problem(name, $"{(value is string ? "is empty" : $"has {(one is null or "" ? "nothing" : $"a {Kind(one)}")} at position {index}")}; text or a list of texts is wanted");
            index++;
        }
        if (index == 0) Problem(name, "is an empty list");
        return found;
    }

    /// <summary>Names of an enum, one or several; null when not written.</summary>
    public IReadOnlyList<T>? Choices<T>(string name) where T : struct, Enum
    {
        if (Take(name, out var value) && value is T single) return [single];
        if (Texts(name) is not { } texts) return null;
        var found = new List<T>();
        foreach (var text in texts)
        {
            if (!char.IsDigit(text[0]) && Enum.TryParse<T>(text, ignoreCase: true, out var choice) && Enum.IsDefined(typeof(T), choice)) found.Add(choice);
            else Problem(name, $"'{Printable.Text(text, 40)}' is none of {string.Join(", ", Enum.GetNames(typeof(T)))}{Meant(text, Enum.GetNames(typeof(T)))}");
        }
        return found;
    }

    /// <summary>A pattern that takes one second at most for a value.</summary>
    public Regex? Pattern(string name)
    {
        if (Text(name) is not { } text) return null;
        try
        {
            return new Regex(text, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        }
        catch (ArgumentException)
        {
            Problem(name, $"'{Printable.Text(text, 80)}' is no regular expression");
            return null;
        }
    }

    /// <summary>A secret; plain text is refused without repeating it.</summary>
    public ConsulSecret? Secret(string name)
    {
        if (!Take(name, out var value)) return null;
        if (value is SecureString secure)
        {
            if (secure.Length > 0) return new ConsulSecret(secure);
            Problem(name, "is an empty SecureString");
        }
        else
            Problem(name, value is string ? "is plain text, which would stay in files and logs; give a SecureString or a PSCredential" : $"is a {Kind(value)}; a SecureString or a PSCredential is wanted");
        return null;
    }

    /// <summary>One table, or a list of tables; <paramref name="shorthand"/> makes a table of what is none, or gives null.</summary>
    public IReadOnlyList<EnvironmentEntry> Entries(string name, Func<object, IDictionary?>? shorthand = null)
    {
        if (!Take(name, out var value)) return [];
        var list = value is string or not IEnumerable or IDictionary ? [value] : ((IEnumerable)value).Cast<object?>().ToArray();
        var found = new List<EnvironmentEntry>();
        if (list.Length == 0) Problem(name, "is an empty list: leave it out, or say what is expected");
        for (var index = 0; index < list.Length; index++)
        {
            var place = value is string or not IEnumerable or IDictionary ? PlaceOf(name) : $"{PlaceOf(name)}[{index}]";
            if ((list[index] as IDictionary ?? (list[index] is { } other ? shorthand?.Invoke(other) : null)) is { } table) found.Add(new EnvironmentEntry(table, place, problems));
            else problems.Add((place, $"is {(list[index] is null ? "nothing" : $"a {Kind(list[index]!)}")}; a table is wanted"));
        }
        return found;
    }

    /// <summary>Each row of a table as an entry of its own, under its name.</summary>
    public IEnumerable<(string Name, EnvironmentEntry Entry)> Named(string name, Func<object, IDictionary?> shorthand)
    {
        if (!Take(name, out var value)) yield break;
        if (value is not IDictionary table)
        {
            Problem(name, $"is a {Kind(value)}; a table of names is wanted");
            yield break;
        }
        // Tables of PowerShell have no order of their own.
        var sorted = new SortedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (DictionaryEntry row in table) sorted[row.Key.ToString()!] = row.Value;
        foreach (var row in sorted)
        {
            var place = $"{PlaceOf(name)}.{Printable.Text(row.Key, 60)}";
            if ((row.Value as IDictionary ?? (row.Value is { } other ? shorthand(other) : null)) is { } entry) yield return (row.Key, new EnvironmentEntry(entry, place, problems));
            else problems.Add((place, row.Value is null ? "has no value: what was to fill it was empty" : $"is a {Kind(row.Value)}, which cannot be used here"));
        }
    }

    /// <summary>Says of every name that nobody asked for that it is none.</summary>
    public void Done()
    {
        foreach (var name in rows.Keys.Where(name => !known.Contains(name)).OrderBy(name => name, StringComparer.Ordinal))
            Problem(name, $"is no name that can stand here{Meant(name, known)}");
    }

    internal static string Meant(string typed, IEnumerable<string> names) =>
        NearestNames.Of(typed, names, 1) is [var near] ? $"; did you mean {near}?" : $"; there are {string.Join(", ", names.OrderBy(name => name, StringComparer.Ordinal))}";

    private string PlaceOf(string? name) => name is null ? Place : Place.Length == 0 ? Printable.Text(name, 60) : $"{Place}.{Printable.Text(name, 60)}";

    private static string Kind(object value) => value is IDictionary ? "table" : value is IEnumerable and not string ? "list" : value.GetType().Name;
}
