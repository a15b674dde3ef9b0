using System.Collections;
using System.Globalization;

namespace ConsulKvTools.Cli.Views;

/// <summary>What was seen, as text: one <c>name = value</c> a line.</summary>
internal static class EvidenceText
{
    public static string Of(IDictionary evidence)
    {
        var lines = new List<string>();
        foreach (DictionaryEntry pair in evidence)
            if (pair.Value is not null) lines.Add($"{pair.Key} = {Of(pair.Value)}");
        return string.Join('\n', lines);
    }

    public static string Of(object value) => value switch
    {
        string text => Printable.Text(text),
        TimeSpan duration => DurationText.Of(duration),
        DateTimeOffset moment => moment.ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture),
        DateTime moment => moment.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
        bool yes => yes ? "true" : "false",
        IEnumerable list => string.Join(", ", list.Cast<object?>().Where(one => one is not null).Select(one => Of(one!))),
        _ => Printable.Text(Convert.ToString(value, CultureInfo.InvariantCulture)),
    };
}
