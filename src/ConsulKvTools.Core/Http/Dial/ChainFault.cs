namespace ConsulKvTools.Http;

/// <summary>One thing that is wrong with, or worth saying about, the server's certificates.</summary>
/// <param name="Code">The finding's code.</param>
/// <param name="Evidence">What was seen.</param>
internal sealed record ChainFault(string Code, params (string Name, object? Value)[] Evidence);
