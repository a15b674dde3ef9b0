namespace ConsulKvTools.Lab;

/// <summary>A token made for a test.</summary>
/// <param name="SecretId">What a client sends.</param>
/// <param name="AccessorId">What names the token in lists and denials.</param>
public sealed record LabToken(string SecretId, string AccessorId);
