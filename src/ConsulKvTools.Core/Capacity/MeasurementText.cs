using System.Globalization;
using System.Text;
using ConsulKvTools.Diagnosis.Host;

namespace ConsulKvTools.Capacity;

/// <summary>A measurement as it is read at a glance.</summary>
internal static class MeasurementText
{
    private const int ShownPrefixes = 5;
    private const string Levels = "▁▂▃▄▅▆▇█";

    /// <summary>The text.</summary>
    /// <param name="measured">The measurement.</param>
    /// <param name="width">Columns there are; names are cut in their middle to fit.</param>
    /// <param name="unicode">False for a console that shows ASCII only.</param>
    public static string Of(ConsulKvMeasurement measured, int width, bool unicode)
    {
        var text = new StringBuilder();
        void Line(string name, string rest) => text.Append($"  {name,-24}{rest}".TrimEnd()).Append('\n');
        var badge = MeasurementWords.Badge(measured);
        if (!unicode) badge = badge.Replace("✓ ", "").Replace("✗ ", "").Replace("! ", "");
        text.Append($"{badge}: {Printable.Text(measured.Target, 200)}, {MeasurementWords.Place(measured)}\n\n");
        Line("Keys", string.Format(CultureInfo.InvariantCulture, "{0:N0}{1}", measured.Keys, measured.IsPartial ? " that the token may read" : ""));
        Line("Stored", $"{ByteText.Of(measured.StoredBytes)} (values {ByteText.Of(measured.Bytes)}, names {ByteText.Of(measured.KeyBytes)})");
        if (measured.SizeClasses.Count > 0)
            Line("Sizes", $"{(unicode ? Spark(measured.SizeClasses.Select(size => size.Keys)) + "  " : "")}{MeasurementWords.Class(measured.SizeClasses[0])} … {MeasurementWords.Class(measured.SizeClasses[measured.SizeClasses.Count - 1])}; half are up to {ByteText.Of(measured.MedianClass!.To)}".Replace("…", unicode ? "…" : "..."));
        if (measured.Churn is { } churn) Line("Changes", $"{MeasurementWords.Changes(churn)} in {DiagnosisText.Time(churn.Elapsed)}");
        text.Append('\n');
        foreach (var use in measured.Limits)
        {
            var amount = MeasurementWords.Use(use);
            var row = $"  {Short(use.Limit),-24}{amount,-24}{MeasurementWords.Share(use.Share),8}  ";
            text.Append((row + (string.IsNullOrEmpty(use.Subject) ? "" : Cut(use.Subject!, Math.Max(20, width - row.Length)))).TrimEnd()).Append('\n');
        }
        if (measured.Prefixes.Count > 0)
        {
            text.Append('\n');
            foreach (var prefix in measured.Prefixes.OrderByDescending(prefix => prefix.StoredBytes).ThenBy(prefix => prefix.Level).Take(ShownPrefixes))
            {
                var row = $"  {ByteText.Of(prefix.StoredBytes),10}{MeasurementWords.Share(prefix.Share),9}{prefix.Keys.ToString("N0", CultureInfo.InvariantCulture),12} {(prefix.Keys == 1 ? "key " : "keys")}  ";
                text.Append(row + Cut(prefix.Prefix, Math.Max(20, width - row.Length))).Append('\n');
            }
        }
        foreach (var sentence in MeasurementWords.Forecasts(measured)) text.Append('\n').Append("  ").Append(sentence);
        return text.ToString().TrimEnd('\n') + "\n";
    }

    /// <summary>Numbers as a row of small bars; empty for none.</summary>
    public static string Spark(IEnumerable<long> numbers)
    {
        var all = numbers.ToArray();
        var most = all.DefaultIfEmpty(0).Max();
        return most == 0 ? new string(' ', all.Length) : string.Concat(all.Select(number => number == 0 ? ' ' : Levels[(int)Math.Min(Levels.Length - 1, number * Levels.Length / most)]));
    }

    private static string Short(ConsulKvLimit limit) => limit switch
    {
        ConsulKvLimit.TransactionBytes => "One transaction, bytes",
        ConsulKvLimit.TransactionOperations => "One transaction, keys",
        ConsulKvLimit.Children => "One level",
        _ => MeasurementWords.Name(limit),
    };

    private static string Cut(string text, int width)
    {
        var shown = Printable.Text(text, 2000);
        return shown.Length <= width ? shown : shown.Substring(0, (width - 1) / 2) + "…" + shown.Substring(shown.Length - (width - 1 - (width - 1) / 2));
    }
}
