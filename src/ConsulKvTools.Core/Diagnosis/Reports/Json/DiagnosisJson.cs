using System.Text;
using System.Text.Json;
using ConsulKvTools.Diagnosis.Reports.Json;

namespace ConsulKvTools;

/// <summary>
/// A diagnosis as a JSON document, and back. <c>docs/diagnosis-schema.md</c> describes the document; <c>consulkv diagnose --output json</c>
/// writes the very same.
/// </summary>
/// <remarks>
/// What is read back equals what was written, with these exceptions: evidence and facts come back as numbers, truth values, text,
/// lists, moments (<see cref="DateTimeOffset"/>) and durations; a probe's findings are those of the diagnosis.
/// </remarks>
public static class DiagnosisJson
{
    /// <summary>The document of one diagnosis.</summary>
    public static string Write(ConsulDiagnosis diagnosis) => Write(json => Write(json, diagnosis));

    /// <summary>The documents of several diagnoses, as a JSON array.</summary>
    public static string Write(IReadOnlyList<ConsulDiagnosis> diagnoses) => Write(json =>
    {
        json.WriteStartArray();
        foreach (var diagnosis in diagnoses) Write(json, diagnosis);
        json.WriteEndArray();
    });

    /// <summary>The diagnosis that <paramref name="json"/> holds.</summary>
    /// <param name="json">A document, or an array with one. Members it does not know are ignored.</param>
    /// <exception cref="ConsulException">It is no such document; the finding <c>Report.Unreadable</c> says what is wrong and where.</exception>
    public static ConsulDiagnosis Read(string json) => ReadAll(json) switch
    {
        [var one] => one,
        { Count: var count } => throw DiagnosisReader.Unreadable($"it holds {count} diagnoses where one is wanted"),
    };

    /// <summary>Every diagnosis that <paramref name="json"/> holds, in its order; none of an empty array.</summary>
    /// <param name="json">A document, or an array of them. Members it does not know are ignored.</param>
    /// <exception cref="ConsulException">It is no such document; the finding <c>Report.Unreadable</c> says what is wrong and where.</exception>
    public static IReadOnlyList<ConsulDiagnosis> ReadAll(string json) => DiagnosisReader.ReadAll(json);

    private static void Write(Utf8JsonWriter json, ConsulDiagnosis diagnosis) =>
        JsonSerializer.Serialize(json, DiagnosisDocument.Of(diagnosis), ReportJson.Default.DiagnosisDocument);

    private static string Write(Action<Utf8JsonWriter> content)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, ReportJson.Writing)) content(json);
        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length) + "\n";
    }
}
