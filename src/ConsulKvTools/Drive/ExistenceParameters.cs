namespace ConsulKvTools.Commands;

/// <summary>Without parameters of its own: that it is there tells that <c>Test-Path</c> asks, and no command that goes on to do something.</summary>
public sealed class ExistenceParameters;
