package main

import (
	"context"

	pfprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
	"github.com/hashicorp/terraform-provider-aws/internal/provider"
	"github.com/hashicorp/terraform-provider-aws/internal/provider/fwprovider"
)

func providers(ctx context.Context) (*schema.Provider, pfprovider.Provider, error) {
	sdk, err := provider.New(ctx)
	if err != nil {
		return nil, nil, err
	}
	return sdk, fwprovider.New(sdk), nil
}
