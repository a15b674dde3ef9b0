using System.Collections;
using System.Globalization;
using System.Net;

namespace ConsulKvTools.Kv.Trees;

/// <summary>An object as a part of a tree of keys. The texts are those that JSON has for it, whatever the culture.</summary>
internal readonly record struct KvNode
{
    // ISO 8601 with as many digits as there are, and the zone if it is known.
    private const string DateForm = "yyyy-MM-ddTHH:mm:ss.FFFFFFFK";

    /// <summary>What it is.</summary>
    public KvNodeKind Kind { get; private init; }

    /// <summary>The text of a text or literal; of a foreign object its type's name.</summary>
    public string Text { get; private init; }

    /// <summary>The bytes of bytes, or of an entry's value.</summary>
    public byte[] Bytes { get; private init; }

    /// <summary>The members of a table, in order.</summary>
    public IEnumerable<KeyValuePair<string, object?>> Members { get; private init; }

    /// <summary>The items of a list, in order.</summary>
    public IEnumerable<object?> Items { get; private init; }

    /// <summary>What tells a table or list from all others, so that one that holds itself is found out; null for the rest.</summary>
    public object? Identity { get; private init; }

    /// <summary>Reads an object of the base library.</summary>
    public static KvNode Of(object? value) => value switch
    {
        null or DBNull => new() { Kind = KvNodeKind.Null },
        string text => OfText(text),
        char letter => OfText(letter.ToString()),
        bool truth => OfLiteral(truth ? "true" : "false"),
        byte[] bytes => new() { Kind = KvNodeKind.Bytes, Bytes = bytes },
        ConsulKvEntry entry => new() { Kind = KvNodeKind.Bytes, Bytes = entry.Bytes },
        // Only this form reads back as the same number on .NET Framework.
        double number => OfLiteral(number.ToString("R", CultureInfo.InvariantCulture)),
        float number => OfLiteral(number.ToString("R", CultureInfo.InvariantCulture)),
        Enum named => OfText(named.ToString()),
        decimal or System.Numerics.BigInteger => OfLiteral(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture)),
        IFormattable number when value.GetType().IsPrimitive => OfLiteral(number.ToString(null, CultureInfo.InvariantCulture)),
        DateTime time => OfText(time.ToString(DateForm, CultureInfo.InvariantCulture)),
        DateTimeOffset time => OfText(time.ToString(DateForm, CultureInfo.InvariantCulture)),
        TimeSpan or Guid => OfText(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture)),
        Uri address => OfText(address.OriginalString),
        Version or IPAddress => OfText(value.ToString()!),
        // DateOnly and TimeOnly, which .NET Framework does not have.
        IFormattable day when value.GetType() is { Namespace: "System", Name: "DateOnly" or "TimeOnly" } => OfText(day.ToString("O", CultureInfo.InvariantCulture)),
        IDictionary table => OfTable(MembersOf(table), table),
        IEnumerable<KeyValuePair<string, object?>> table => OfTable(table, table),
        IEnumerable list => new() { Kind = KvNodeKind.List, Items = list.Cast<object?>(), Identity = list },
        _ => OfForeign(value.GetType().Name),
    };

    /// <summary>A table.</summary>
    public static KvNode OfTable(IEnumerable<KeyValuePair<string, object?>> members, object identity) => new() { Kind = KvNodeKind.Table, Members = members, Identity = identity };

    /// <summary>An object that is none of all this.</summary>
    public static KvNode OfForeign(string type) => new() { Kind = KvNodeKind.Foreign, Text = type };

    private static KvNode OfText(string text) => new() { Kind = KvNodeKind.Text, Text = text };

    /// <summary>A number or truth value in its own words.</summary>
    public static KvNode OfLiteral(string text) => new() { Kind = KvNodeKind.Literal, Text = text };

    /// <summary>A plain Hashtable has no order of its own, and another one each time: there the names decide.</summary>
    private static IEnumerable<KeyValuePair<string, object?>> MembersOf(IDictionary table)
    {
        var members = table.Cast<DictionaryEntry>().Select(member => new KeyValuePair<string, object?>(NameOf(member.Key), member.Value));
        return table.GetType() == typeof(Hashtable) ? members.OrderBy(member => member.Key, StringComparer.Ordinal) : members;
    }

    private static string NameOf(object name) => name as string ?? Convert.ToString(name, CultureInfo.InvariantCulture) ?? "";
}
