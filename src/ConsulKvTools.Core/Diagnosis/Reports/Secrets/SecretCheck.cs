using System.Globalization;
using System.Text.Json;
using ConsulKvTools.Diagnosis.Reports.Sections;

namespace ConsulKvTools.Diagnosis.Reports.Secrets;

/// <summary>The last look at a report before it is put in place: no secret of a diagnosed session stands in it.</summary>
internal static class SecretCheck
{
    /// <summary>Refuses a report that holds a secret.</summary>
    /// <param name="diagnoses">What was reported; they know their sessions' prints.</param>
    /// <param name="parts">What else was reported.</param>
    /// <param name="report">The report as it would be written.</param>
    /// <exception cref="ConsulException"><c>Report.HoldsSecret</c>, with the section, never with the secret.</exception>
    public static void Require(IReadOnlyList<ConsulDiagnosis> diagnoses, IReadOnlyList<IReportPart> parts, string report)
    {
        foreach (var prints in diagnoses.Select(diagnosis => diagnosis.Secrets).Concat(parts.Select(part => part.Secrets)).Where(prints => !prints.IsEmpty).Distinct())
        {
            // What was seen, value by value: escaping and wrapping of the report cannot hide anything there, and the place has a name.
            for (var index = 0; index < diagnoses.Count; index++)
                if (SectionWith(prints, diagnoses[index]) is { } section) throw Found(diagnoses.Count == 1 ? section : $"diagnosis {index + 1}, {section}");
            if (prints.Find(report) is var place and >= 0) throw Found($"line {report.Take(place).Count(letter => letter == '\n') + 1}");
        }
    }

    private static string? SectionWith(SecretPrints prints, ConsulDiagnosis diagnosis)
    {
        // Reports write names in their own way, so they are looked at as they are.
        var values = diagnosis.Findings.Select(finding => finding.Evidence).Concat(diagnosis.Probes.Select(probe => probe.Facts)).Append(diagnosis.Facts);
        if (values.Any(named => named.Keys.Cast<object>().Any(name => prints.Find(Convert.ToString(name, CultureInfo.InvariantCulture) ?? "") >= 0))) return "a name among facts or evidence";
        using var document = JsonDocument.Parse(DiagnosisJson.Write(diagnosis));
        return SectionWith(prints, document.RootElement, "");
    }

    private static string? SectionWith(SecretPrints prints, JsonElement value, string place) => value.ValueKind switch
    {
        JsonValueKind.String or JsonValueKind.Number => prints.Find(value.ToString()) >= 0 ? place : null,
        JsonValueKind.Array => value.EnumerateArray().Select((item, index) => SectionWith(prints, item, $"{place}[{index}]")).FirstOrDefault(found => found is not null),
        JsonValueKind.Object => value.EnumerateObject().Select(member => SectionWith(prints, member.Value, place.Length == 0 ? member.Name : $"{place}.{member.Name}")).FirstOrDefault(found => found is not null),
        _ => null,
    };

    private static ConsulException Found(string section) => ConsulException.From(ConsulFinding.Create("Report.HoldsSecret", ("section", section)));
}
