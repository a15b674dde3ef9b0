namespace ConsulKvTools.Diagnosis;

/// <summary>A probe that takes long because it was asked to: it has more time than the others, and none waits for it.</summary>
internal interface ILongProbe : IProbe
{
    /// <summary>Time beyond the diagnosis' own deadline.</summary>
    TimeSpan ExtraTime(DiagnosisRequest request);

    /// <summary>What it is doing, in a few words for people.</summary>
    string Doing(ProbeContext context);
}
