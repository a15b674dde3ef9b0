using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>
/// What an object that comes down the pipeline says about a write. Read here and not by PowerShell's binding by property name, which
/// costs as much for each property as all the rest of a write.
/// </summary>
internal readonly struct KvInput(string? key, object? bytes, object? value, object? flags, object? index)
{
    /// <summary>The key; null when the object has none.</summary>
    public string? Key { get; } = key;

    /// <summary>The exact bytes, or what was given for them; null when the object has none.</summary>
    public object? Bytes { get; } = bytes;

    /// <summary>The value; null when the object has none.</summary>
    public object? Value { get; } = value;

    /// <summary>The flags; null when the object has none.</summary>
    public object? Flags { get; } = flags;

    /// <summary>The index to check against; null when the object has none.</summary>
    public object? CheckAndSet { get; } = index;

    /// <summary>Reads an entry, an object or hashtable with Key (or Path), Value, Bytes, Flags and CheckAndSet, or a key alone; a file is a value without a key.</summary>
    public static KvInput Of(PSObject input)
    {
        switch (input.BaseObject)
        {
            case ConsulKvEntry entry:
                return new KvInput(entry.Key, entry.Bytes, null, entry.Flags, null);
            case ConsulKvDifference difference:
                // To make the difference side as the reference is, unless it was changed meanwhile.
                return new KvInput(difference.Key, difference.Wanted?.Bytes, null, difference.Wanted?.Flags, difference.CheckAndSet);
            case string text:
                return new KvInput(text, null, null, null, null);
            case FileSystemInfo file:
                return new KvInput(null, null, file, null, null);
            case IDictionary table:
                return Read(name => table.Contains(name) ? Given(name, table[name]) : null);
            case PSCustomObject or not (IFormattable or char or bool or Uri or Version):
                var properties = input.Properties;
                return Read(name => properties[name] is { } found ? Given(name, found.Value) : null);
            default:
                return new KvInput(TextOf(input), null, null, null, null);
        }
    }

    /// <summary>An index that is there but null, as of a misspelt property, must not turn a guarded write into an unguarded one: empty text is refused.</summary>
    private static object? Given(string name, object? value) => value ?? (name == nameof(CheckAndSet) ? "" : null);

    private static KvInput Read(Func<string, object?> property)
    {
        var key = property("Key") ?? property("Path");
        return new KvInput(key is null ? null : key as string ?? TextOf(key), property("Bytes"), property("Value"), property("Flags"), property("CheckAndSet"));
    }

    /// <summary>The culture-free text of a key that is a number or another scalar; empty for null.</summary>
    public static string TextOf(object? key) => (string)LanguagePrimitives.ConvertTo(key, typeof(string), CultureInfo.InvariantCulture);
}
