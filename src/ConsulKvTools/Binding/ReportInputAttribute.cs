using System.Management.Automation;
using ConsulKvTools.Diagnosis.Reports.Sections;

namespace ConsulKvTools.Commands;

/// <summary>
/// Takes what a report can hold: diagnoses, also as a job or ConvertFrom-Json gives them; what <c>Invoke-ConsulDiagnosis -Count</c> returns, for
/// each diagnosis of it; and every other result that says how it is reported.
/// </summary>
public sealed class ReportInputAttribute : ArgumentTransformationAttribute
{
    private static readonly Type[] Parts = [typeof(ConsulFaultDrillReport), typeof(ConsulKvMeasurement), typeof(ConsulLogFinding)];

    /// <inheritdoc/>
    /// <exception cref="ArgumentTransformationMetadataException">Something else was given.</exception>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) => BaseOf(inputData) switch
    {
        null => inputData,
        object?[] several => several.SelectMany(One).ToArray(),
        System.Collections.IList several => several.Cast<object?>().SelectMany(One).ToArray(),
        _ => One(inputData).ToArray(),
    };

    private static IEnumerable<object?> One(object? given)
    {
        switch (BaseOf(given))
        {
            case null:
                return [null];
            case ConsulDiagnosisSeries series:
                return series.Diagnoses;
            case ConsulDiagnosis or IReportPart:
                return [BaseOf(given)];
        }
        foreach (var part in Parts)
            if (LanguagePrimitives.TryConvertTo(given, part, out var revived)) return [revived];
        if (BaseOf(given) is PSCustomObject)
        {
            // A picture of a diagnosis, or of something else; the conversion says what it lacks.
            try
            {
                return [LanguagePrimitives.ConvertTo(given, typeof(ConsulDiagnosis), System.Globalization.CultureInfo.InvariantCulture)];
            }
            catch (PSInvalidCastException unlike)
            {
                throw new ArgumentTransformationMetadataException(unlike.Message, unlike);
            }
        }
        throw new ArgumentTransformationMetadataException(
            $"A report holds diagnoses, series of them, measurements, fault drills and findings of logs, not {LanguagePrimitives.ConvertTypeNameToPSTypeName(BaseOf(given)!.GetType().FullName)}. Give what Invoke-ConsulDiagnosis, Measure-ConsulKv, Invoke-ConsulFaultDrill or Search-ConsulLog returns.");
    }

    private static object? BaseOf(object? given) => given is PSObject wrapped ? wrapped.BaseObject : given;
}
