package main

import (
	"context"

	pfprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
	"github.com/hashicorp/terraform-provider-aws/internal/provider/framework"
	"github.com/hashicorp/terraform-provider-aws/internal/provider/sdkv2"
)

func providers(ctx context.Context) (*schema.Provider, pfprovider.Provider, error) {
	sdk, err := sdkv2.NewProvider(ctx)
	if err != nil {
		return nil, nil, err
	}
	frame, err := framework.NewProvider(ctx, sdk)
	return sdk, frame, err
}
